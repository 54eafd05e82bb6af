package fathom.bench.libtorch;

import fathom.bench.protocol.Side.Task;
import fathom.bench.work.LayerWork;
import fathom.bench.work.LayerWork.BatchNorm;
import fathom.bench.work.LayerWork.Convolution;
import fathom.bench.work.LayerWork.MaxPool;
import fathom.bench.work.Row.LibtorchMode;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** Layers on batches of images. */
final class Layers {
    private Layers() {}

    static Task task(LayerWork work, LibtorchMode mode) {
        return switch (work) {
            case Convolution w -> convolution(w, mode);
            case MaxPool w -> maxPool(w, mode);
            case BatchNorm w -> batchNorm(w, mode);
        };
    }

    private static Task convolution(Convolution w, LibtorchMode mode) {
        Tensor x = Modes.layout(torch.randn(w.batch(), w.in(), w.size(), w.size()), mode);
        Tensor weight = Modes.layout(torch.randn(w.out(), w.in(), w.kernel(), w.kernel()), mode);
        Tensor bias = torch.randn(w.out());
        var maybeBias = new TensorOptional(bias);
        long[] stride = {w.stride(), w.stride()};
        long[] padding = {w.padding(), w.padding()};
        long[] dilation = {1, 1};
        Tensor[] inputs = w.first() ? new Tensor[] {weight, bias} : new Tensor[] {x, weight, bias};
        return Kernels.withGradient(
                w.backward(),
                () -> Modes.in(mode, () -> torch.conv2d(x, weight, maybeBias, stride, padding, dilation, 1)),
                inputs);
    }

    private static Task maxPool(MaxPool w, LibtorchMode mode) {
        Tensor x = Modes.layout(torch.randn(w.batch(), w.channels(), w.size(), w.size()), mode);
        long[] kernel = {w.kernel(), w.kernel()};
        long[] stride = {w.stride(), w.stride()};
        long[] padding = {w.padding(), w.padding()};
        long[] dilation = {1, 1};
        return Kernels.withGradient(
                w.backward(), () -> torch.max_pool2d(x, kernel, stride, padding, dilation, false), x);
    }

    private static Task batchNorm(BatchNorm w, LibtorchMode mode) {
        Tensor x = Modes.layout(torch.randn(w.batch(), w.channels(), w.size(), w.size()), mode);
        Tensor weight = torch.ones(w.channels());
        Tensor bias = torch.zeros(w.channels());
        var maybeWeight = new TensorOptional(weight);
        var maybeBias = new TensorOptional(bias);
        var mean = new TensorOptional(torch.zeros(w.channels()));
        var variance = new TensorOptional(torch.ones(w.channels()));
        return Kernels.withGradient(
                w.backward(),
                () -> torch.batch_norm(x, maybeWeight, maybeBias, mean, variance, true, 0.1, 1e-5, false),
                x,
                weight,
                bias);
    }
}
