package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AvgPool2d;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportTest {
    @TempDir private Path folder;

    @Test
    void leNet() throws Exception {
        var net =
                new Sequential(
                        new Conv2d(1, 6, 5, c -> c.padding(2)),
                        new Sigmoid(),
                        new AvgPool2d(2),
                        new Conv2d(6, 16, 5),
                        new Sigmoid(),
                        new AvgPool2d(2),
                        new Flatten(),
                        new Linear(400, 120),
                        new Sigmoid(),
                        new Linear(120, 84),
                        new Sigmoid(),
                        new Linear(84, 10));
        Path file = folder.resolve("lenet.onnx");
        Onnx.export(net, Tensors.randn(1, 1, 28, 28), file);
        try (var reference = new Reference(file)) {
            for (int n : new int[] {1, 7}) {
                Tensor x = Tensors.randn(n, 1, 28, 28);
                Tensor y = net.forward(x);
                Tensor z = reference.run(Map.of("input", x)).get("output");
                assertThat(Tensors.allclose(y, z, 1e-4, 1e-4)).isTrue();
                assertThat(Tensors.allclose(y, Onnx.load(file).forward(x), 1e-4, 1e-4)).isTrue();
            }
        }
    }
}
