package fathom.bench.work;

/** Layers on batches of images. */
public sealed interface LayerWork extends Work {
    /**
     * {@return whether the gradients of the parameters, and of the input unless it is the first layer, are computed as
     * well}
     */
    boolean backward();

    /**
     * A convolution with a square kernel and a bias.
     *
     * @param batch number of images
     * @param in channels of the input
     * @param size height and width of the input
     * @param out channels of the result
     * @param kernel height and width
     * @param stride stride of the kernel
     * @param padding on each side
     * @param backward whether gradients are computed as well
     * @param first whether it is the first layer, which needs no gradient of the input
     */
    record Convolution(
            int batch, int in, int size, int out, int kernel, int stride, int padding, boolean backward, boolean first)
            implements LayerWork {
        /** {@return height and width of the result} */
        public int outSize() {
            return (size + 2 * padding - kernel) / stride + 1;
        }

        @Override
        public double flops() {
            double forward = 2.0 * batch * out * outSize() * outSize() * in * kernel * kernel;
            return forward * (!backward ? 1 : first ? 2 : 3);
        }
    }

    /**
     * Max pooling.
     *
     * @param batch number of images
     * @param channels channels of the input
     * @param size height and width of the input
     * @param kernel height and width
     * @param stride stride of the kernel
     * @param padding on each side
     * @param backward whether the gradient is computed as well
     */
    record MaxPool(int batch, int channels, int size, int kernel, int stride, int padding, boolean backward)
            implements LayerWork {
        @Override
        public double bytes() {
            int out = (size + 2 * padding - kernel) / stride + 1;
            return backward ? 0 : 4.0 * batch * channels * (size * size + out * out);
        }
    }

    /**
     * Batch norm in training.
     *
     * @param batch number of images
     * @param channels channels of the input
     * @param size height and width
     * @param backward whether gradients are computed as well
     */
    record BatchNorm(int batch, int channels, int size, boolean backward) implements LayerWork {
        @Override
        public double bytes() {
            return backward ? 0 : 4.0 * 3 * batch * channels * size * size;
        }
    }
}
