package fathom.train.recipe;

import fathom.nn.Layer;
import java.io.IOException;
import java.nio.file.Path;

/** The task of a recipe whose model finds the class of each pixel. */
public interface SegmenterTask extends RecipeTask {
    /**
     * {@return the classes in an image with their shares, on one line} Draws them over the image.
     *
     * @param net a trained network in evaluation mode
     * @param image an image file, oriented according to EXIF
     * @param picture the picture to draw, {@code FILE.png}
     * @throws IOException if the image cannot be read, or the picture cannot be written
     */
    String segment(Layer net, Path image, Path picture) throws IOException;
}
