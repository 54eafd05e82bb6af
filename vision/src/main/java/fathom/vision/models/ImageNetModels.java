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
     * @param leastSide the least side that it computes with
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
                    new Entry("resnet18", "ResNet-18", 1, ResNet::resnet18),
                    new Entry("resnet34", "ResNet-34", 1, ResNet::resnet34),
                    new Entry("resnet50", "ResNet-50", 1, ResNet::resnet50),
                    new Entry("resnet101", "ResNet-101", 1, ResNet::resnet101),
                    new Entry("resnet152", "ResNet-152", 1, ResNet::resnet152),
                    new Entry("resnext50_32x4d", "ResNeXt-50, 32 groups of 4 channels", 1, ResNet::resnext50_32x4d),
                    new Entry("wide_resnet50_2", "ResNet-50, twice as wide inside", 1, ResNet::wide_resnet50_2));

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
