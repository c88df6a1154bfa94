"""Small random language models of today's transformers, converted and run with their caches.

    language_models.py make FOLDER [NAME]    in an environment that has torch and transformers
    language_models.py check FOLDER PT2NNEF [NAME]    in one that has tract

`make` saves each model traced and exported, with S tokens and P before them open, and what torch
gives for a prefill and then for steps of one token, the caches handed from call to call. `check`
converts each and runs the same calls in tract. Prints a table; exit status 1 if one is not right.
"""

import json
import pathlib
import subprocess
import sys

import numpy as np

_BEFORE, _PREFILL, _STEPS = 3, 5, 20
_VOCABULARY = 96


def _sizes(**more):
    """Two layers of 64 with 4 heads, 2 of them for keys and values."""
    return dict(
        vocab_size=_VOCABULARY, hidden_size=64, intermediate_size=96, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=128,
        bos_token_id=1, eos_token_id=2, pad_token_id=0,
    ) | more


_GPT2 = dict(vocab_size=_VOCABULARY, n_embd=64, n_layer=2, n_head=4, n_positions=128,
             bos_token_id=1, eos_token_id=2)
_EXPERTS = dict(num_local_experts=4, num_experts_per_tok=2)
_QWEN_EXPERTS = dict(num_experts=4, num_experts_per_tok=2, moe_intermediate_size=32,
                     shared_expert_intermediate_size=32, decoder_sparse_step=1)
_T5 = dict(vocab_size=_VOCABULARY, d_model=64, d_kv=16, d_ff=96, num_layers=2, num_heads=4,
           decoder_start_token_id=0)
_WHISPER = dict(vocab_size=_VOCABULARY, d_model=64, encoder_layers=1, decoder_layers=2,
                encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=96,
                decoder_ffn_dim=96, num_mel_bins=8, max_source_positions=12,
                max_target_positions=64, bos_token_id=1, eos_token_id=2, pad_token_id=0,
                decoder_start_token_id=1, begin_suppress_tokens=None)
_MAMBA = dict(vocab_size=_VOCABULARY, hidden_size=64, num_hidden_layers=2, num_heads=8, head_dim=16,
              state_size=16, n_groups=1, chunk_size=8, bos_token_id=1, eos_token_id=2, pad_token_id=0)

# Name: kind, class of configuration, its arguments.
_MODELS = {
    "llama": ("decoder", "LlamaConfig", _sizes()),
    "smollm": ("decoder", "SmolLM3Config", _sizes(no_rope_layer_interval=2)),
    "qwen2": ("decoder", "Qwen2Config", _sizes()),
    "qwen3": ("decoder", "Qwen3Config", _sizes(head_dim=16)),
    "mistral": ("decoder", "MistralConfig", _sizes(sliding_window=6)),
    "gemma2": ("decoder", "Gemma2Config", _sizes(head_dim=16, sliding_window=6)),
    "gemma3": ("decoder", "Gemma3TextConfig", _sizes(head_dim=16, sliding_window=6)),
    "phi3": ("decoder", "Phi3Config", _sizes()),
    "gpt2": ("decoder", "GPT2Config", _GPT2),
    "gpt_neox": ("decoder", "GPTNeoXConfig", _sizes(num_key_value_heads=4)),
    "olmo2": ("decoder", "Olmo2Config", _sizes()),
    "granite": ("decoder", "GraniteConfig", _sizes()),
    "mixtral": ("decoder", "MixtralConfig", _sizes(**_EXPERTS)),
    "qwen_moe": ("decoder", "Qwen2MoeConfig", _sizes(**_QWEN_EXPERTS)),
    "mamba2": ("states", "Mamba2Config", _MAMBA),
    "whisper": ("cross", "WhisperConfig", _WHISPER),
    "t5": ("cross", "T5Config", _T5),
}


def _wrapper(kind, model):
    """The model as a function of tokens, caches as nested tuples, and an encoder's states."""
    import torch
    from transformers import DynamicCache, EncoderDecoderCache

    def flat(cache):
        return tuple((layer.keys, layer.values) for layer in cache.layers)

    class Decoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, ids, past):
            cache = DynamicCache(past)
            out = self.model(input_ids=ids, past_key_values=cache, use_cache=True)
            return out.logits, flat(out.past_key_values)

    class CrossDecoder(Decoder):
        def forward(self, ids, past, states):
            cache = EncoderDecoderCache(DynamicCache(past), DynamicCache())
            out = self.model(decoder_input_ids=ids, past_key_values=cache, use_cache=True,
                             encoder_outputs=(states,))
            return out.logits, flat(out.past_key_values.self_attention_cache)

    class StateSteps(Decoder):
        def forward(self, ids, past):
            cache = DynamicCache(config=self.model.config)
            for layer, (conv, recurrent) in zip(cache.layers, past):
                layer.lazy_initialization(conv, recurrent)
                layer.conv_states[0], layer.recurrent_states[0] = conv.clone(), recurrent.clone()
                layer.has_previous_state[0] = True
            out = self.model(input_ids=ids, cache_params=cache, use_cache=True)
            layers = out.cache_params.layers
            return out.logits, tuple((l.conv_states[0], l.recurrent_states[0]) for l in layers)

    return {"decoder": Decoder, "cross": CrossDecoder, "states": StateSteps}[kind]().eval()


def _first_caches(kind, config):
    """Caches of what was before: random numbers."""
    import torch

    layers = getattr(config, "decoder_layers", None) or config.num_hidden_layers
    if kind == "states":
        channels = config.expand * config.hidden_size
        conv = (1, channels + 2 * config.n_groups * config.state_size, config.conv_kernel)
        state = (1, config.num_heads, config.head_dim, config.state_size)
        return tuple((torch.randn(conv), torch.randn(state)) for _ in range(layers))
    heads = getattr(config, "decoder_attention_heads", None) or config.num_attention_heads
    width = getattr(config, "head_dim", None) or getattr(config, "d_kv", None)
    width = width or config.hidden_size // heads
    shape = (1, getattr(config, "num_key_value_heads", None) or heads, _BEFORE, width)
    return tuple((torch.randn(shape), torch.randn(shape)) for _ in range(layers))


def _record(module, ids, caches, more):
    """The inputs of the first call, and the logits of all calls."""
    import torch

    arrays = {"in0": ids[:, :_first_length(module)].numpy()}
    flat = [t for pair in caches for t in pair] + list(more)
    arrays |= {f"in{i + 1}": t.numpy() for i, t in enumerate(flat)}
    arrays["ids"] = ids.numpy()
    at, calls = 0, []
    with torch.no_grad():
        while at < ids.shape[1]:
            length = _first_length(module) if at == 0 else 1
            logits, caches = module(ids[:, at : at + length], caches, *more)
            calls.append(logits.numpy())
            at += length
    return arrays | {f"logits{i}": logits for i, logits in enumerate(calls)}


def _first_length(module):
    return 1 if type(module).__name__ == "StateSteps" else _PREFILL


def _export(module, inputs, open_sizes):
    import torch

    if not open_sizes:
        return torch.export.export(module, inputs, strict=False)
    tokens, before = torch.export.Dim("S", min=1, max=100), torch.export.Dim("P", min=1, max=100)
    shapes = [{1: tokens}, tuple(({2: before}, {2: before}) for _ in inputs[1])]
    shapes += [None] * (len(inputs) - 2)
    return torch.export.export(module, inputs, dynamic_shapes=tuple(shapes), strict=False)


def _make_one(folder, name):
    import torch
    import transformers

    kind, config_name, arguments = _MODELS[name]
    torch.manual_seed(0)
    config = getattr(transformers, config_name)(**arguments)
    classes = {"cross": transformers.AutoModelForSeq2SeqLM, "decoder": transformers.AutoModelForCausalLM}
    if name == "whisper":
        classes["cross"] = transformers.AutoModelForSpeechSeq2Seq
    model = classes.get(kind, transformers.AutoModelForCausalLM).from_config(config)
    for parameter in model.parameters():
        parameter.data += 0.05 * torch.randn_like(parameter)
    module = _wrapper(kind, model.eval())
    ids = torch.randint(3, _VOCABULARY, (1, _PREFILL + _STEPS))
    more = (torch.randn(1, 12, 64),) if kind == "cross" else ()
    caches = _first_caches(kind, config)
    np.savez(folder / f"{name}.npz", **_record(module, ids, caches, more))
    inputs = (ids[:, : _first_length(module)], caches, *more)
    for way, save in {
        "traced": lambda path: torch.jit.trace(module, inputs, check_trace=False).save(path),
        "exported": lambda path: torch.export.save(_export(module, inputs, kind != "states"), path),
    }.items():
        path = folder / f"{name}.{'pt' if way == 'traced' else 'pt2'}"
        try:
            save(str(path))
            print(name, way, "saved", flush=True)
        except Exception as error:  # whatever torch says
            text = " ".join(str(error).split())[:300]
            path.with_suffix(path.suffix + ".error").write_text(text)
            print(name, way, "torch does not:", text, flush=True)
    open_axes = "" if kind == "states" else ",".join(
        ["ids:1=S"] + [f"past.{i}.{j}:2=P" for i in range(len(caches)) for j in range(2)]
    )
    (folder / f"{name}.json").write_text(json.dumps({"axes": open_axes, "caches": 2 * len(caches)}))


def make(folder, only=None):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in [only] if only else _MODELS:
        try:
            _make_one(folder, name)
        except Exception as error:  # a family that transformers has no more, or in another form
            print(name, "not made:", " ".join(str(error).split())[:300], flush=True)
    return 0


def _run_calls(model_path, npz_path, caches):
    """The largest error of the logits of all calls, relative to their largest magnitude."""
    import tract
    import tract_runner

    with np.load(npz_path) as stored:
        arrays = dict(stored)
    model = tract_runner.load(model_path).into_runnable()
    count = sum(name.startswith("in") for name in arrays)
    inputs = [arrays[f"in{i}"] for i in range(count)]
    ids, at, worst = arrays["ids"], 0, 0.0
    call = 0
    while f"logits{call}" in arrays:
        outputs = [t.to_numpy() for t in model.run([tract.Tensor.from_numpy(x) for x in inputs])]
        want = arrays[f"logits{call}"]
        if outputs[0].shape != want.shape:
            raise ValueError(f"call {call}: logits {outputs[0].shape}, torch's {want.shape}")
        worst = max(worst, float(np.abs(outputs[0] - want).max() / np.abs(want).max()))
        at += inputs[0].shape[1]
        inputs = [ids[:, at : at + 1], *outputs[1 : 1 + caches], *inputs[1 + caches :]]
        call += 1
    return worst


def _check_one(archive, pt2nnef, flags):
    """A line: right, or why not."""
    import isolated

    error = archive.with_suffix(archive.suffix + ".error")
    if error.exists():
        return f"torch does not: {error.read_text()}"
    facts = json.loads(archive.with_suffix(".json").read_text())
    model = archive.with_suffix(archive.suffix + ".nnef")
    command = [pt2nnef, str(archive), str(model), "--log_level", "error", *flags]
    if archive.suffix == ".pt" and facts["axes"]:
        command += ["--dynamic_axes", facts["axes"]]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return f"refused: {' '.join(done.stderr.split())[:400]}"
    run = isolated.call(_run_calls, str(model), str(archive.with_suffix(".npz")), facts["caches"],
                        timeout=300)
    if run.status != "ok":
        return f"tract: {run.status} {' '.join(str(run.detail).split())[:400]}"
    return f"{'right' if run.value < 1e-3 else 'WRONG'} {run.value:.1e}"


def check(folder, pt2nnef, only=None, *flags):
    good = True
    for archive in sorted(pathlib.Path(folder).glob("*.npz")):
        for suffix in (".pt", ".pt2") if only in (None, "", archive.stem) else ():
            line = _check_one(archive.with_suffix(suffix), pt2nnef, flags)
            good &= line.startswith("right")
            print(f"{archive.stem:10} {'traced' if suffix == '.pt' else 'exported':9} {line}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit({"make": make, "check": check}[sys.argv[1]](*sys.argv[2:]))
