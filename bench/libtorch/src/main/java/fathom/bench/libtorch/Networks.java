package fathom.bench.libtorch;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.AvgPool2dImpl;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.DropoutImpl;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.MaxPool2dImpl;
import org.bytedeco.pytorch.MaxPool2dOptions;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.SigmoidImpl;

/**
 * The course's image models built from libtorch's modules, as {@code Sequential} wherever possible, so that whole
 * models run in C++.
 */
final class Networks {
    private Networks() {}

    static SequentialImpl mlp() {
        var net = new SequentialImpl();
        net.push_back(new FlattenImpl());
        net.push_back(new LinearImpl(784, 256));
        net.push_back(new ReLUImpl());
        net.push_back(new LinearImpl(256, 10));
        return net;
    }

    static SequentialImpl lenet() {
        var net = new SequentialImpl();
        net.push_back(convolution(1, 6, 5, 1, 2));
        net.push_back(new SigmoidImpl());
        net.push_back(new AvgPool2dImpl(new LongPointer(2, 2)));
        net.push_back(convolution(6, 16, 5, 1, 0));
        net.push_back(new SigmoidImpl());
        net.push_back(new AvgPool2dImpl(new LongPointer(2, 2)));
        net.push_back(new FlattenImpl());
        net.push_back(new LinearImpl(16 * 5 * 5, 120));
        net.push_back(new SigmoidImpl());
        net.push_back(new LinearImpl(120, 84));
        net.push_back(new SigmoidImpl());
        net.push_back(new LinearImpl(84, 10));
        return net;
    }

    static SequentialImpl alexnet() {
        var net = new SequentialImpl();
        layer(net, 1, 96, 11, 4, 1);
        net.push_back(pool(3));
        layer(net, 96, 256, 5, 1, 2);
        net.push_back(pool(3));
        layer(net, 256, 384, 3, 1, 1);
        layer(net, 384, 384, 3, 1, 1);
        layer(net, 384, 256, 3, 1, 1);
        net.push_back(pool(3));
        classifier(net, 256 * 5 * 5);
        return net;
    }

    /** VGG-11 with a quarter of the channels. */
    static SequentialImpl vgg11() {
        var net = new SequentialImpl();
        int in = 1;
        for (int[] block : new int[][] {{1, 16}, {1, 32}, {2, 64}, {2, 128}, {2, 128}}) {
            for (int i = 0; i < block[0]; i++) {
                layer(net, in, block[1], 3, 1, 1);
                in = block[1];
            }
            net.push_back(pool(2));
        }
        classifier(net, in * 7 * 7);
        return net;
    }

    private static void layer(SequentialImpl net, int in, int out, int kernel, int stride, int padding) {
        net.push_back(convolution(in, out, kernel, stride, padding));
        net.push_back(new ReLUImpl());
    }

    private static MaxPool2dImpl pool(int kernel) {
        var options = new MaxPool2dOptions(new LongPointer(kernel, kernel));
        options.stride().put(new long[] {2, 2});
        return new MaxPool2dImpl(options);
    }

    private static void classifier(SequentialImpl net, int in) {
        net.push_back(new FlattenImpl());
        net.push_back(new LinearImpl(in, 4096));
        net.push_back(new ReLUImpl());
        net.push_back(new DropoutImpl(0.5));
        net.push_back(new LinearImpl(4096, 4096));
        net.push_back(new ReLUImpl());
        net.push_back(new DropoutImpl(0.5));
        net.push_back(new LinearImpl(4096, 10));
    }

    static Conv2dImpl convolution(int in, int out, int kernel, int stride, int padding) {
        var options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
        options.stride().put(new long[] {stride, stride});
        options.padding().put(new LongPointer(padding, padding));
        return new Conv2dImpl(options);
    }
}
