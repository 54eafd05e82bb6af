package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import java.util.function.BiFunction;

/** Activation functions and softmax. */
final class Activations {
    private Activations() {}

    static void addTo(OperatorTable table) {
        table.unary("Relu", Tensor::relu);
        table.unary("Sigmoid", Tensor::sigmoid);
        table.unary("Tanh", Tensor::tanh);
        table.unary("Softsign", Tensor::softsign);
        table.unary("Softplus", Tensor::softplus);
        table.unary("Mish", Tensor::mish);
        table.unary("HardSwish", Tensor::hardswish);
        table.add("HardSigmoid", c -> Value.of(hardSigmoid(c.tensor(0), c.real("alpha", 0.2), c.real("beta", 0.5))));
        table.add("LeakyRelu", c -> Value.of(c.tensor(0).leakyRelu(c.real("alpha", 0.01))));
        table.add("Elu", c -> Value.of(c.tensor(0).elu(c.real("alpha", 1))));
        table.add("Celu", c -> Value.of(c.tensor(0).celu(c.real("alpha", 1))));
        table.add("Selu", Activations::selu);
        table.add("ThresholdedRelu", c -> Value.of(c.tensor(0).threshold(c.real("alpha", 1), 0)));
        table.add("Shrink", Activations::shrink);
        table.add("PRelu", Activations::prelu).weights(1);
        table.add("Gelu", Activations::gelu);
        table.add("com.microsoft.Gelu", Activations::gelu);
        table.add("Softmax", c -> softmax(c, Tensor::softmax));
        table.add("LogSoftmax", c -> softmax(c, Tensor::logSoftmax));
        table.add("Hardmax", c -> softmax(c, Activations::hardmax));
    }

    static Tensor hardSigmoid(Tensor x, double alpha, double beta) {
        return x.mul(alpha).add(beta).clamp(0, 1);
    }

    private static Value[] selu(Call c) {
        double alpha = c.real("alpha", 1.67326319217681884765625);
        double gamma = c.real("gamma", 1.05070102214813232421875);
        return Value.of(c.tensor(0).elu(alpha).mul(gamma));
    }

    private static Value[] shrink(Call c) {
        Tensor x = c.tensor(0);
        double lambda = c.real("lambd", 0.5);
        double bias = c.real("bias", 0);
        Tensor high = Tensors.where(x.gt(lambda), x.sub(bias), 0);
        return Value.of(Tensors.where(x.lt(-lambda), x.add(bias), high));
    }

    /** The slope is broadcast to the input. */
    private static Value[] prelu(Call c) {
        Tensor x = c.tensor(0);
        return Value.of(x.relu().add(x.clampMax(0).mul(c.tensor(1))));
    }

    private static Value[] gelu(Call c) {
        boolean byTanh = c.text("approximate", "none").equals("tanh");
        return Value.of(byTanh ? c.tensor(0).geluTanh() : c.tensor(0).gelu());
    }

    /** Before version 13 all dimensions from the axis on are one. */
    private static Value[] softmax(Call c, BiFunction<Tensor, Integer, Tensor> f) {
        Tensor x = c.tensor(0);
        if (c.opset() >= 13) {
            return Value.of(f.apply(x, c.number("axis", -1)));
        }
        int axis = Axes.checked(c, c.number("axis", 1), x.dim());
        if (axis == x.dim() - 1) {
            return Value.of(f.apply(x, axis));
        }
        return Value.of(f.apply(x.flatten(axis, -1), axis).reshape(x.shape().dims()));
    }

    private static Tensor hardmax(Tensor x, int axis) {
        Tensor greatest = x.argmax(axis, fathom.KeepDim.KEEP_DIM);
        return Tensors.zerosLike(x).scatter(axis, greatest, 1);
    }
}
