class Lstm(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool
  _is_full_backward_hook : Optional[bool]
  rnn : __torch__.torch.nn.modules.rnn.LSTM
  def forward(self: __torch__.Lstm,
    x: Tensor) -> Tuple[Tensor, Tuple[Tensor, Tensor]]:
    rnn = self.rnn
    return (rnn).forward__0(x, None, )
