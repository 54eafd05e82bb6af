package fathom.nn;

import fathom.nn.activation.CELU;
import fathom.nn.activation.ELU;
import fathom.nn.activation.GELU;
import fathom.nn.activation.GLU;
import fathom.nn.activation.Hardshrink;
import fathom.nn.activation.Hardsigmoid;
import fathom.nn.activation.Hardswish;
import fathom.nn.activation.Hardtanh;
import fathom.nn.activation.LeakyReLU;
import fathom.nn.activation.LogSigmoid;
import fathom.nn.activation.LogSoftmax;
import fathom.nn.activation.Mish;
import fathom.nn.activation.ReLU;
import fathom.nn.activation.ReLU6;
import fathom.nn.activation.SELU;
import fathom.nn.activation.SiLU;
import fathom.nn.activation.Sigmoid;
import fathom.nn.activation.Softmax;
import fathom.nn.activation.Softmin;
import fathom.nn.activation.Softplus;
import fathom.nn.activation.Softshrink;
import fathom.nn.activation.Softsign;
import fathom.nn.activation.Tanh;
import fathom.nn.activation.Tanhshrink;
import fathom.nn.activation.Threshold;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Activations, forward and backward, as PyTorch has them. */
class ActivationGoldenTest {
    private static final Map<String, Layer> LAYERS =
            Map.ofEntries(
                    Map.entry("ReLU", new ReLU()),
                    Map.entry("ReLU6", new ReLU6()),
                    Map.entry("LeakyReLU", new LeakyReLU()),
                    Map.entry("LeakyReLU/0.2", new LeakyReLU(0.2)),
                    Map.entry("ELU", new ELU()),
                    Map.entry("ELU/0.5", new ELU(0.5)),
                    Map.entry("SELU", new SELU()),
                    Map.entry("CELU", new CELU()),
                    Map.entry("GELU", new GELU()),
                    Map.entry("GELU/tanh", new GELU(GELU.Approximation.TANH)),
                    Map.entry("SiLU", new SiLU()),
                    Map.entry("Mish", new Mish()),
                    Map.entry("Sigmoid", new Sigmoid()),
                    Map.entry("LogSigmoid", new LogSigmoid()),
                    Map.entry("Tanh", new Tanh()),
                    Map.entry("Softplus", new Softplus()),
                    Map.entry("Softplus/2_1", new Softplus(2, 1)),
                    Map.entry("Softsign", new Softsign()),
                    Map.entry("Hardtanh", new Hardtanh()),
                    Map.entry("Hardtanh/-2_3", new Hardtanh(-2, 3)),
                    Map.entry("Hardsigmoid", new Hardsigmoid()),
                    Map.entry("Hardswish", new Hardswish()),
                    Map.entry("Softshrink", new Softshrink()),
                    Map.entry("Hardshrink", new Hardshrink()),
                    Map.entry("Tanhshrink", new Tanhshrink()),
                    Map.entry("Softmax/1", new Softmax(1)),
                    Map.entry("Softmax/0", new Softmax(0)),
                    Map.entry("LogSoftmax/1", new LogSoftmax(1)),
                    Map.entry("Softmin/1", new Softmin(1)),
                    Map.entry("GLU", new GLU(0)),
                    Map.entry("Threshold/0.1_20", new Threshold(0.1, 20)));

    @TestFactory
    Stream<DynamicTest> cases() {
        var operations = new HashMap<String, Goldens.Operation>();
        LAYERS.forEach((name, layer) -> operations.put(name, (c, in) -> layer.forward(in[0])));
        operations.put("PReLU", (c, in) -> in[0].prelu(in[1]));
        return Goldens.tests("golden/activation.safetensors", operations);
    }
}
