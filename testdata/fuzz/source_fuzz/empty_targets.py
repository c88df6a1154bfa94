() = f(x)
for () in y:
  pass
