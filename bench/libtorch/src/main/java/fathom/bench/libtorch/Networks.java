package fathom.bench.libtorch;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.AvgPool2dImpl;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Conv2dOptions;
import org.bytedeco.pytorch.FlattenImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.ReLUImpl;
import org.bytedeco.pytorch.SequentialImpl;
import org.bytedeco.pytorch.SigmoidImpl;

/** The course's image models of libtorch's modules, in sequence wherever they are one, so that C++ runs them whole. */
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

    static Conv2dImpl convolution(int in, int out, int kernel, int stride, int padding) {
        var options = new Conv2dOptions(in, out, new LongPointer(kernel, kernel));
        options.stride().put(stride, stride);
        options.padding().put(new LongPointer(padding, padding));
        return new Conv2dImpl(options);
    }
}
