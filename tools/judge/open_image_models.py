"""Models of images whose batch, height and width are open: what open_images.py makes and judges.

Names tell where a model comes from: `timm/resnet18d`, `torchvision/fcn_resnet50`, `hf/swin`,
`yolo/yolo11n`, `diffusers/unet`, `own/unet`. Weights are random. Needs torch, and timm, torchvision,
transformers, ultralytics or diffusers for those of them.
"""

TIMM = """
botnet26t_256 gernet_s eca_resnet33ts gcresnet33ts lambda_resnet26t
res2net50_14w_8s dla34 resnet18d nf_resnet50 nfnet_l0 resnest14d test_resnet test_byobnet
hrnet_w18_small nextvit_small repghostnet_050 tiny_vit_5m_224 poolformer_s12 csatv2 davit_tiny
gcvit_xxtiny hieradet_small tf_efficientnetv2_b0 tf_mixnet_s tresnet_m
efficientnet_b0 mobileone_s0 convnext_atto convnextv2_atto test_convnext cpubone_nano
darknet17 cs3darknet_s cspresnet50 cspnext_tiny densenet121 dla46_c dpn48b edgenext_xx_small
efficientformerv2_s0 mixnet_s tinynet_e fbnetc_100 mnasnet_050 efficientnet_lite0 test_efficientnet
efficientvim_m1 efficientvit_b0 efficientvit_m0 fasternet_t0 fastvit_t8 focalnet_tiny_srf
ghostnet_050 ghostnetv2_100 hardcorenas_a hgnetv2_b0 iformer_t inception_next_atto inception_v3
lcnetv2_small lcnet_035 mobilenetv3_small_050 mobilenetv3_rw mobilevit_xxs mobilevitv2_050
mambaout_femto caformer_s18 convformer_s18 pvt_v2_b0 rdnet_tiny regnetx_002 regnety_002 repvgg_a0
repvit_m0_9 resnet10t resnet18 resnetv2_18 rexnet_100 selecsls42b legacy_seresnet18 sequencer2d_s
shvit_s1 skresnet18 starnet_s050 swiftformer_xs twins_svt_small vgg11 visformer_tiny
vovnet39a ese_vovnet19b_slim xception41p
""".split()
TORCHVISION = """
fcn_resnet50 deeplabv3_mobilenet_v3_large lraspp_mobilenet_v3_large fpn_resnet18 retinanet_head
raft_small swin_t fcos_head ssdlite_head
""".split()
HF = "segformer swin dinov2 sam_encoder mobilevit depth_anything convnextv2 mask2former_pixels".split()
YOLO = """
yolov3-tiny yolov3 yolov5n yolov6n yolov8n yolov8n-seg yolov8n-pose yolov8n-obb yolov9t yolov10n
yolo11n yolo11n-seg yolo11n-pose yolo11n-obb yolo12n yolo12n-seg yolo26n
""".split()
DIFFUSERS = "unet conditional_unet vae_encoder vae_decoder".split()
# Whole detectors of one image, whose results have as many rows as there are detections.
DETECT = "fasterrcnn_resnet18 retinanet_resnet18 fcos_resnet18 ssdlite320_mobilenet_v3_large ssd300_vgg16".split()
OWN = "unet real_esrgan yolo swinir rife conditional_unet vae_encoder vae_decoder".split()

ALL = (
    [f"timm/{name}" for name in TIMM]
    + [f"torchvision/{name}" for name in TORCHVISION]
    + [f"detect/{name}" for name in DETECT]
    + [f"hf/{name}" for name in HF]
    + [f"yolo/{name}" for name in YOLO]
    + [f"diffusers/{name}" for name in DIFFUSERS]
    + [f"own/{name}" for name in OWN]
)


def build(name):
    """(module, channels, how many images it takes) of one of ALL."""
    import torch

    torch.manual_seed(0)
    source, model = name.split("/")
    module, channels, images = globals()[f"_build_{source}"](model)
    if source == "hf":  # whose first weights are so small that nothing of the image is left
        for part in module.modules():
            if isinstance(part, (torch.nn.Conv2d, torch.nn.Linear)):
                torch.nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
    return module.eval(), channels, images


def _build_timm(name):
    import timm

    return timm.create_model(name, pretrained=False), 3, 1


def _first_output(module, *keys):
    """The module's outputs of these keys as a tuple; of no key the first one."""
    import torch

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.module = module

        def forward(self, *images):
            out = self.module(*images)
            return tuple(out[key] for key in keys) if keys else out

    return Wrapped()


def _build_torchvision(name):
    import torch
    import torchvision
    from torchvision.models import detection, optical_flow, segmentation

    if name == "fpn_resnet18":
        fpn = detection.backbone_utils.resnet_fpn_backbone(backbone_name="resnet18", weights=None)
        return _first_output(fpn, "0", "1", "2", "3", "pool"), 3, 1
    if name == "retinanet_head":
        fpn = detection.backbone_utils.resnet_fpn_backbone(backbone_name="resnet18", weights=None)
        head = detection.retinanet.RetinaNetHead(256, 3, 4)

        class Detector(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.fpn, self.head = fpn, head

            def forward(self, x):
                out = self.head(list(self.fpn(x).values()))
                return out["cls_logits"], out["bbox_regression"]

        return Detector(), 3, 1
    if name in ("fcos_head", "ssdlite_head"):
        return _detection_head(name), 3, 1
    if name == "raft_small":
        raft = optical_flow.raft_small(weights=None)

        class Flow(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.raft = raft

            def forward(self, a, b):
                return self.raft(a, b, num_flow_updates=2)[-1]

        return Flow(), 3, 2
    if name == "swin_t":
        return torchvision.models.swin_t(weights=None), 3, 1
    made = getattr(segmentation, name)(weights=None, weights_backbone=None)
    return _first_output(made, "out"), 3, 1


def _detection_head(name):
    """A detector's backbone and head, without anchors and what follows."""
    import torch
    from torchvision.models import detection

    if name == "fcos_head":
        fpn = detection.backbone_utils.resnet_fpn_backbone(backbone_name="resnet18", weights=None)
        whole = detection.FCOS(fpn, num_classes=4)
    else:
        whole = detection.ssdlite320_mobilenet_v3_large(weights=None, weights_backbone=None,
                                                        num_classes=4)

    class Detector(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone, self.head = whole.backbone, whole.head

        def forward(self, x):
            return tuple(self.head(list(self.backbone(x).values())).values())

    return Detector()


def _build_detect(name):
    import torch
    from torchvision.models import detection

    most = 20
    kept = {"num_classes": 4, "detections_per_img": most, "score_thresh": 1e-4}
    if name.startswith("ssd"):
        whole = getattr(detection, name)(weights=None, weights_backbone=None, **kept)
    else:
        fpn = detection.backbone_utils.resnet_fpn_backbone(backbone_name="resnet18", weights=None)
        if name == "fasterrcnn_resnet18":
            whole = detection.FasterRCNN(fpn, num_classes=4, box_detections_per_img=most,
                                         box_score_thresh=1e-4)
        else:
            made = {"retinanet_resnet18": detection.RetinaNet, "fcos_resnet18": detection.FCOS}[name]
            whole = made(fpn, **kept)

        # Images as they are: its factor, of the longer side or the shorter one, is no size.
        whole.transform.resize = lambda image, target: (image, target)

    class Detector(torch.nn.Module):
        batch, detections = 1, most

        def __init__(self):
            super().__init__()
            self.whole = whole

        def forward(self, images):
            found = self.whole([images[0]])[0]
            return found["boxes"], found["scores"], found["labels"]

    made = Detector().eval()
    shade = torch.linspace(-1, 1, 160)[:, None] + torch.linspace(-1, 1, 192)
    _fit(made, torch.randn(1, 3, 160, 192) + 2 * shade)
    return made, 3, 1


def _fit(module, *inputs):
    """Weights by which what each convolution and linear layer gives varies by a half."""
    import torch

    def fit(layer, _, given):
        spread = 2 * given.std()
        layer.weight.div_(spread)
        if layer.bias is not None:
            layer.bias.zero_()
        return given / spread

    layers = [one for one in module.modules() if isinstance(one, (torch.nn.Conv2d, torch.nn.Linear))]
    hooks = [layer.register_forward_hook(fit) for layer in layers]
    with torch.no_grad():
        module(*inputs)
    for hook in hooks:
        hook.remove()


def _build_yolo(name):
    import torch
    from ultralytics.nn import tasks

    kinds = {"seg": tasks.SegmentationModel, "pose": tasks.PoseModel, "obb": tasks.OBBModel}
    kind = kinds.get(name.partition("-")[2], tasks.DetectionModel)
    described = tasks.yaml_model_load(f"{name}.yaml")
    if name == "yolov3":  # 60 million parameters otherwise
        described["width_multiple"] = 0.25
    model = kind(described, verbose=False)
    last = model.model[-1]  # as their own exporter sets it
    last.export, last.dynamic, last.format = True, True, "torchscript"

    class Flat(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, x):
            out = self.model(x)
            return out if isinstance(out, torch.Tensor) else tuple(
                part for part in out if isinstance(part, torch.Tensor))

    return Flat(), 3, 1


def _build_diffusers(name):
    import diffusers
    import torch

    small = dict(block_out_channels=(16, 32), layers_per_block=1, norm_num_groups=8)
    if name.startswith("vae"):
        made = diffusers.AutoencoderKL(
            down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4, **small)
    elif name == "unet":
        made = diffusers.UNet2DModel(
            in_channels=4, out_channels=4, down_block_types=("DownBlock2D", "AttnDownBlock2D"),
            up_block_types=("AttnUpBlock2D", "UpBlock2D"), attention_head_dim=8, **small)
    else:
        made = diffusers.UNet2DConditionModel(
            down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
            up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), cross_attention_dim=24,
            attention_head_dim=8, **small)

    class Step(torch.nn.Module):
        channels, part = (3, 1) if name == "vae_encoder" else (4, 4)

        def __init__(self):
            super().__init__()
            self.model = made
            self.register_buffer("step", torch.tensor(10))
            self.register_buffer("text", torch.randn(1, 7, 24))

        def forward(self, x):
            if name == "vae_encoder":
                return self.model.encode(x).latent_dist.mean
            if name == "vae_decoder":
                return self.model.decode(x).sample
            if name == "unet":
                return self.model(x, self.step).sample
            return self.model(x, self.step, self.text.expand(x.shape[0], -1, -1)).sample

    step = Step()
    return step, step.channels, 1


_TINY = dict(hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)


def _build_hf(name):
    import transformers as hf

    if name == "segformer":
        config = hf.SegformerConfig(hidden_sizes=[16, 32, 64, 128], depths=[1, 1, 1, 1],
                                    decoder_hidden_size=32, num_labels=5)
        return _first_output(hf.SegformerForSemanticSegmentation(config), "logits"), 3, 1
    if name == "swin":
        config = hf.SwinConfig(image_size=64, embed_dim=24, depths=[2, 2], num_heads=[2, 4],
                               window_size=4)
        return _first_output(hf.SwinModel(config), "last_hidden_state"), 3, 1
    if name == "dinov2":
        config = hf.Dinov2Config(image_size=56, patch_size=14, **_TINY)
        return _first_output(hf.Dinov2Model(config), "last_hidden_state"), 3, 1
    if name == "sam_encoder":
        from timm.models.vision_transformer_sam import VisionTransformerSAM

        sam = VisionTransformerSAM(img_size=128, patch_size=16, embed_dim=32, depth=2, num_heads=2,
                                   window_size=4, global_attn_indexes=(1,), neck_chans=16,
                                   use_rel_pos=True, num_classes=0)
        return sam, 3, 1
    if name == "mobilevit":
        return _first_output(hf.MobileViTModel(hf.MobileViTConfig(
            hidden_sizes=[24, 32, 40], neck_hidden_sizes=[8, 16, 24, 32, 40, 48, 64])),
            "last_hidden_state"), 3, 1
    if name == "depth_anything":
        backbone = hf.Dinov2Config(image_size=56, patch_size=14, out_indices=[1, 2],
                                   apply_layernorm=True, reshape_hidden_states=False, **_TINY)
        config = hf.DepthAnythingConfig(backbone_config=backbone, reassemble_hidden_size=32,
                                        reassemble_factors=[2, 1], neck_hidden_sizes=[16, 24],
                                        fusion_hidden_size=16, head_hidden_size=8)
        return _first_output(hf.DepthAnythingForDepthEstimation(config), "predicted_depth"), 3, 1
    if name == "convnextv2":
        config = hf.ConvNextV2Config(hidden_sizes=[16, 24, 32, 48], depths=[1, 1, 1, 1])
        return _first_output(hf.ConvNextV2Model(config), "last_hidden_state"), 3, 1
    return _mask2former_pixels(hf), 3, 1


class _Traceable:
    """torch, but a trace does not fix sizes of which tensors are made."""

    def __getattr__(self, name):
        import torch

        return getattr(torch, name)

    def tensor(self, data, dtype=None, device=None):
        import torch

        if isinstance(data, (list, tuple)):
            made = torch.stack([self.tensor(part) for part in data])
        else:
            made = torch.as_tensor(data)
        return made.to(dtype) if dtype else made

    as_tensor = tensor


def _mask2former_pixels(hf):
    """Behind a plain backbone: a trace fixes how Swin pads its windows, and torch.export of these
    does not end within minutes."""
    import torch
    from transformers.models.mask2former import modeling_mask2former

    resnet = hf.ResNetConfig(embedding_size=16, hidden_sizes=[16, 24, 32, 48], depths=[1, 1, 1, 1],
                             layer_type="basic",
                             out_features=["stage1", "stage2", "stage3", "stage4"])
    config = hf.Mask2FormerConfig(backbone_config=resnet, feature_size=32, mask_feature_size=32,
                                  hidden_dim=32, encoder_feedforward_dim=64, encoder_layers=1,
                                  num_attention_heads=4, num_queries=4)
    model = modeling_mask2former.Mask2FormerPixelLevelModule(config)
    torch.nn.init.normal_(model.decoder.level_embed)  # or it is what was in the memory
    modeling_mask2former.torch = _Traceable()
    position = model.decoder.position_embedding  # whose cache fixes the sizes it is asked for
    build = position.build_sine_position_embedding
    position.build_sine_position_embedding = build.__wrapped__

    class Pixels(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, x):
            out = self.model(x)
            return out.decoder_last_hidden_state, *out.decoder_hidden_states

    return Pixels()


def _build_own(name):
    import open_image_networks as networks

    classes = {"unet": networks.UNet, "real_esrgan": networks.RealEsrgan, "yolo": networks.Yolo,
               "swinir": networks.SwinIr, "rife": networks.Rife,
               "conditional_unet": networks.ConditionalUNet, "vae_encoder": networks.VaeEncoder,
               "vae_decoder": networks.VaeDecoder}
    module = classes[name]()
    return module, getattr(module, "channels", 3), getattr(module, "images", 1)
