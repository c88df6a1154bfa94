"""Saves a language model of transformers with its caches as arguments (needs torch, transformers).

    python export.py NAME_OR_FOLDER OUT.pt

`ids` are tokens [1,S], `past` is a pair (keys, values) a layer, each [1,heads,P,width]; it returns
the logits and the longer pairs. Prints the flags for pt2nnef.
"""

import sys

import torch
from transformers import AutoModelForCausalLM, DynamicCache

_TOKENS, _BEFORE = 7, 3  # of the example; both stay open


class WithCaches(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, past):
        out = self.model(input_ids=ids, past_key_values=DynamicCache(past), use_cache=True)
        return out.logits, tuple((layer.keys, layer.values) for layer in out.past_key_values.layers)


def main():
    model = AutoModelForCausalLM.from_pretrained(sys.argv[1]).eval()
    config = model.config
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    sizes = (1, heads, _BEFORE, width)
    layers = range(config.num_hidden_layers)
    past = tuple((torch.zeros(sizes, dtype=model.dtype),) * 2 for _ in layers)
    ids = torch.ones((1, _TOKENS), dtype=torch.int64)
    with torch.no_grad():
        torch.jit.trace(WithCaches(model), (ids, past), check_trace=False).save(sys.argv[2])
    axes = ["ids:1=S"] + [f"past.{i}.{j}:2=P" for i in layers for j in (0, 1)]
    print("--dynamic_axes", ",".join(axes))


if __name__ == "__main__":
    main()
