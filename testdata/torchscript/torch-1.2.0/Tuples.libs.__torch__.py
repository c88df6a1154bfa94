op_version_set = 1
class Point(NamedTuple):
  x : Tensor
  y : Optional[int]
class Single(NamedTuple):
  value : Tensor
