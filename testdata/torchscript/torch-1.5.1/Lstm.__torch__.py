class Lstm(Module):
  __parameters__ = []
  training : bool
  rnn : __torch__.torch.nn.modules.rnn.LSTM
  def forward(self: __torch__.Lstm,
    x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
    return (self.rnn).forward__0(x, None, )
