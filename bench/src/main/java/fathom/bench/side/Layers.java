package fathom.bench.side;

import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.Side.Task;
import fathom.bench.work.LayerWork;
import fathom.bench.work.LayerWork.BatchNorm;
import fathom.bench.work.LayerWork.Convolution;
import fathom.bench.work.LayerWork.MaxPool;
import java.util.List;

/** Layers on batches of images. */
final class Layers {
    private Layers() {}

    static Task task(LayerWork work) {
        return switch (work) {
            case Convolution w -> convolution(w);
            case MaxPool w -> maxPool(w);
            case BatchNorm w -> batchNorm(w);
        };
    }

    private static Task convolution(Convolution w) {
        Tensor x = images(w.batch(), w.in(), w.size());
        Tensor weight = Tensors.randn(w.out(), w.in(), w.kernel(), w.kernel()).mul_(0.05);
        Tensor bias = Tensors.randn(w.out());
        return Kernels.withGradient(
                w.backward(),
                w.first() ? List.of(weight, bias) : List.of(x, weight, bias),
                () -> Tensors.conv2d(x, weight, bias, c -> c.stride(w.stride()).padding(w.padding())));
    }

    private static Task maxPool(MaxPool w) {
        Tensor x = images(w.batch(), w.channels(), w.size());
        return Kernels.withGradient(
                w.backward(),
                x,
                () -> Tensors.maxPool2d(x, w.kernel(), p -> p.stride(w.stride()).padding(w.padding())));
    }

    private static Task batchNorm(BatchNorm w) {
        Tensor x = images(w.batch(), w.channels(), w.size());
        Tensor weight = Tensors.ones(w.channels());
        Tensor bias = Tensors.zeros(w.channels());
        Tensor mean = Tensors.zeros(w.channels());
        Tensor variance = Tensors.ones(w.channels());
        return Kernels.withGradient(
                w.backward(),
                List.of(x, weight, bias),
                () -> Tensors.batchNorm(x, mean, variance, o -> o.weight(weight).bias(bias).training(true)));
    }

    /** Images in channels-last format, as convolutions return them. */
    private static Tensor images(int batch, int channels, int size) {
        return Tensors.randn(batch, size, size, channels).permute(0, 3, 1, 2);
    }
}
