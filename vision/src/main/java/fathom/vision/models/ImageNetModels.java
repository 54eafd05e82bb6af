package fathom.vision.models;

import fathom.nn.Layer;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeProvider;
import fathom.vision.recipe.ImageNetRecipe;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** torchvision's classifiers of ImageNet's 1000 classes, under torchvision's names. */
public final class ImageNetModels implements RecipeProvider {
    /**
     * One network.
     *
     * @param name torchvision's name
     * @param description the network, in a few words
     * @param side the side of the images that it was made for, in pixels
     * @param leastSide the least side that it computes with, or can be made for
     * @param maker makes it, newly initialised
     */
    record Entry(
            String name,
            String description,
            int side,
            int leastSide,
            Function<Consumer<ClassifierOptions<?>>, Layer> maker) {
        Entry(String name, String description, int leastSide, Function<Consumer<ClassifierOptions<?>>, Layer> maker) {
            this(name, description, 224, leastSide, maker);
        }
    }

    static final List<Entry> ALL =
            List.of(
                    new Entry("alexnet", "AlexNet", 63, AlexNet::alexnet),
                    new Entry("vgg11", "VGG-11", 32, VGG::vgg11),
                    new Entry("vgg11_bn", "VGG-11 with batch norm", 32, VGG::vgg11_bn),
                    new Entry("vgg13", "VGG-13", 32, VGG::vgg13),
                    new Entry("vgg13_bn", "VGG-13 with batch norm", 32, VGG::vgg13_bn),
                    new Entry("vgg16", "VGG-16", 32, VGG::vgg16),
                    new Entry("vgg16_bn", "VGG-16 with batch norm", 32, VGG::vgg16_bn),
                    new Entry("vgg19", "VGG-19", 32, VGG::vgg19),
                    new Entry("vgg19_bn", "VGG-19 with batch norm", 32, VGG::vgg19_bn),
                    new Entry("googlenet", "GoogLeNet", 15, GoogLeNet::googlenet),
                    new Entry("inception_v3", "Inception-v3", 299, 75, Inception3::inception_v3),
                    new Entry("resnet18", "ResNet-18", 1, ResNet::resnet18),
                    new Entry("resnet34", "ResNet-34", 1, ResNet::resnet34),
                    new Entry("resnet50", "ResNet-50", 1, ResNet::resnet50),
                    new Entry("resnet101", "ResNet-101", 1, ResNet::resnet101),
                    new Entry("resnet152", "ResNet-152", 1, ResNet::resnet152),
                    new Entry("resnext50_32x4d", "ResNeXt-50, 32 groups of 4 channels", 1, ResNet::resnext50_32x4d),
                    new Entry("wide_resnet50_2", "ResNet-50, twice as wide inside", 1, ResNet::wide_resnet50_2),
                    new Entry("densenet121", "DenseNet-121", 29, DenseNet::densenet121),
                    new Entry("densenet161", "DenseNet-161", 29, DenseNet::densenet161),
                    new Entry("densenet169", "DenseNet-169", 29, DenseNet::densenet169),
                    new Entry("densenet201", "DenseNet-201", 29, DenseNet::densenet201),
                    new Entry("squeezenet1_0", "SqueezeNet 1.0", 21, SqueezeNet::squeezenet1_0),
                    new Entry("squeezenet1_1", "SqueezeNet 1.1", 17, SqueezeNet::squeezenet1_1),
                    new Entry("mobilenet_v2", "MobileNetV2", 1, MobileNetV2::mobilenet_v2),
                    new Entry("mobilenet_v3_small", "MobileNetV3, small", 1, MobileNetV3::mobilenet_v3_small),
                    new Entry("mobilenet_v3_large", "MobileNetV3, large", 1, MobileNetV3::mobilenet_v3_large),
                    new Entry(
                            "shufflenet_v2_x0_5",
                            "ShuffleNetV2, 0.5 times the channels",
                            1,
                            ShuffleNetV2::shufflenet_v2_x0_5),
                    new Entry(
                            "shufflenet_v2_x1_0",
                            "ShuffleNetV2, 1.0 times the channels",
                            1,
                            ShuffleNetV2::shufflenet_v2_x1_0),
                    new Entry(
                            "shufflenet_v2_x1_5",
                            "ShuffleNetV2, 1.5 times the channels",
                            1,
                            ShuffleNetV2::shufflenet_v2_x1_5),
                    new Entry(
                            "shufflenet_v2_x2_0",
                            "ShuffleNetV2, 2.0 times the channels",
                            1,
                            ShuffleNetV2::shufflenet_v2_x2_0),
                    new Entry("efficientnet_b0", "EfficientNet-B0", 1, EfficientNet::efficientnet_b0),
                    new Entry("efficientnet_b1", "EfficientNet-B1", 240, 1, EfficientNet::efficientnet_b1),
                    new Entry("efficientnet_b2", "EfficientNet-B2", 288, 1, EfficientNet::efficientnet_b2),
                    new Entry("efficientnet_b3", "EfficientNet-B3", 300, 1, EfficientNet::efficientnet_b3),
                    new Entry("efficientnet_v2_s", "EfficientNetV2-S", 384, 1, EfficientNet::efficientnet_v2_s),
                    new Entry("convnext_tiny", "ConvNeXt-T", 32, ConvNeXt::convnext_tiny),
                    new Entry("convnext_small", "ConvNeXt-S", 32, ConvNeXt::convnext_small),
                    new Entry("vit_b_16", "vision transformer, ViT-B/16", 16, VisionTransformer::vit_b_16),
                    new Entry("vit_b_32", "vision transformer, ViT-B/32", 32, VisionTransformer::vit_b_32),
                    new Entry("swin_t", "Swin Transformer, Swin-T", 4, SwinTransformer::swin_t),
                    new Entry("swin_s", "Swin Transformer, Swin-S", 4, SwinTransformer::swin_s),
                    new Entry("regnet_y_400mf", "RegNetY-400MF", 1, RegNet::regnet_y_400mf));

    /** For the service. */
    public ImageNetModels() {}

    @Override
    public List<Recipe> recipes() {
        return ALL.stream()
                .<Recipe>map(e ->
                        new ImageNetRecipe(
                                e.name, "torchvision's " + e.description, () -> e.maker.apply(o -> {}), e.side))
                .toList();
    }
}
