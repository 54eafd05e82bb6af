package fathom.train.recipe;

import fathom.nn.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The task of a recipe whose model finds objects in images. */
public interface DetectorTask extends RecipeTask {
    /** Options of {@link #detect}. */
    final class Options {
        private final List<String> images;
        private final Path out;
        private double threshold = 0.5;
        private Consumer<String> warn = System.err::println;

        /**
         * Options with defaults.
         *
         * @param images image files, or folders of them
         * @param out the picture to draw, {@code FILE.png} or {@code FILE.svg}
         */
        public Options(List<String> images, Path out) {
            this.images = List.copyOf(images);
            this.out = out;
            if (!out.toString().endsWith(".png") && !out.toString().endsWith(".svg")) {
                throw new RecipeException("out", "must end in .png or .svg, is " + out);
            }
        }

        /** The least confidence of an object. Default: 0.5. */
        public Options threshold(double threshold) {
            if (!(threshold >= 0 && threshold <= 1)) {
                throw new RecipeException("threshold", "must be from 0 to 1, is " + threshold);
            }
            this.threshold = threshold;
            return this;
        }

        /** Receives a line for each image that cannot be read while others can. Default: prints to standard error. */
        public Options warn(Consumer<String> warn) {
            this.warn = warn;
            return this;
        }

        /** {@return the image files, and folders of them} */
        public List<String> images() {
            return images;
        }

        /** {@return the picture to draw} */
        public Path out() {
            return out;
        }

        /** {@return the least confidence of an object} */
        public double threshold() {
            return threshold;
        }

        /** {@return what receives lines on images that cannot be read} */
        public Consumer<String> warn() {
            return warn;
        }
    }

    /**
     * {@return the objects in images, in lines} Draws them too.
     *
     * @param net a trained network in evaluation mode
     * @throws IOException if there is no such file, or the picture cannot be written
     */
    List<String> detect(Layer net, Options options) throws IOException;
}
