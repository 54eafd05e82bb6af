import org.jspecify.annotations.NullMarked;

/** Image data sets, transforms and models. */
@NullMarked
module fathom.vision {
    requires static org.jspecify;
    requires transitive fathom.core;
    requires transitive fathom.data;
    requires transitive fathom.interop;
    requires transitive fathom.nn;
    requires transitive fathom.train;
    requires java.desktop;
    requires tools.jackson.databind;

    exports fathom.vision;
    exports fathom.vision.datasets;
    exports fathom.vision.detection;
    exports fathom.vision.detection.models;
    exports fathom.vision.detection.pyramid;
    exports fathom.vision.detection.regions;
    exports fathom.vision.diffusion;
    exports fathom.vision.explain;
    exports fathom.vision.layers;
    exports fathom.vision.models;
    exports fathom.vision.ocr;
    exports fathom.vision.pretraining;
    exports fathom.vision.recipe;
    exports fathom.vision.segmentation;
    exports fathom.vision.style;
    exports fathom.vision.transforms;

    opens fathom.vision.detection.models to
            fathom.nn;
    opens fathom.vision.detection.pyramid to
            fathom.nn;
    opens fathom.vision.detection to
            fathom.nn;
    opens fathom.vision.diffusion to
            fathom.nn;
    opens fathom.vision.layers to
            fathom.nn;
    opens fathom.vision.models to
            fathom.nn;
    opens fathom.vision.pretraining to
            fathom.nn;
    opens fathom.vision.segmentation to
            fathom.nn;

    provides fathom.train.recipe.Recipe with
            fathom.vision.models.SoftmaxRegression.Recipe,
            fathom.vision.models.MLP.Recipe,
            fathom.vision.models.LeNet.Recipe,
            fathom.vision.models.LeNetReLU.Recipe,
            fathom.vision.models.BatchNormLeNet.Recipe,
            fathom.vision.models.CourseAlexNet.Recipe,
            fathom.vision.models.CourseVGG.Recipe,
            fathom.vision.models.CourseVGG.FullRecipe,
            fathom.vision.models.NiN.Recipe,
            fathom.vision.models.CourseGoogLeNet.Recipe,
            fathom.vision.models.CourseResNet18.Recipe,
            fathom.vision.models.CourseDenseNet.Recipe,
            fathom.vision.detection.TinySSD.Recipe,
            fathom.vision.detection.models.FCOS.Recipe,
            fathom.vision.detection.models.FasterRCNN.Recipe,
            fathom.vision.detection.models.RetinaNet.Recipe,
            fathom.vision.detection.models.SSD.Recipe,
            fathom.vision.models.VisionTransformer.Recipe,
            fathom.vision.diffusion.DiffusionRecipe,
            fathom.vision.pretraining.MaskedAutoencoderRecipe,
            fathom.vision.folder.ImageFolderRecipe,
            fathom.vision.segmentation.FCN.Recipe,
            fathom.vision.segmentation.UNet.Recipe,
            fathom.vision.segmentation.SegmentationModel.FcnRecipe,
            fathom.vision.segmentation.SegmentationModel.DeepLabRecipe;
    provides fathom.train.recipe.RecipeProvider with
            fathom.vision.models.ImageNetModels;
}
