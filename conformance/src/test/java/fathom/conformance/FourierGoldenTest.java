package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.FourierOptions;
import fathom.testkit.GoldenCase;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Fourier transforms, their frequencies, and complex numbers as pairs. */
class FourierGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "fourier",
                c -> {
                    double tolerance = c.out(0).dtype() == DType.FLOAT64 ? 1e-12 : 1e-5;
                    c.checkOne(t -> call(c, t), tolerance, tolerance);
                });
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        Consumer<FourierOptions> options =
                o -> {
                    if (c.has("n")) {
                        o.n(c.getInt("n"));
                    }
                    if (c.has("dim")) {
                        o.dim(c.getInt("dim"));
                    }
                    if (c.has("norm")) {
                        o.norm(c.get("norm"));
                    }
                };
        return switch (c.op()) {
            case "rfft" -> Tensors.rfftAsReal(t[0], options);
            case "irfft" -> Tensors.irfftAsReal(t[0], options);
            case "fft" -> Tensors.fftAsReal(t[0], options);
            case "ifft" -> Tensors.ifftAsReal(t[0], options);
            case "rfftLong" -> {
                Tensor all = Tensors.rfftAsReal(t[0]);
                yield all.indexSelect(0, Tensors.arange(0, all.size(0), 16).to(all.device()));
            }
            case "rfft2" -> Tensors.fftAsReal(Tensors.rfftAsReal(t[0]), o -> o.dim(-2));
            case "complexMul" -> Tensors.complexMul(t[0], t[1]);
            case "complexAbs" -> Tensors.complexAbs(t[0]);
            case "fftfreq" -> Tensors.fftfreq(c.getInt("n"), 0.25);
            case "rfftfreq" -> Tensors.rfftfreq(c.getInt("n"), 0.25);
            case "fftshift" -> c.has("dim") ? Tensors.fftshift(t[0], c.getInt("dim")) : Tensors.fftshift(t[0]);
            case "ifftshift" -> c.has("dim") ? Tensors.ifftshift(t[0], c.getInt("dim")) : Tensors.ifftshift(t[0]);
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }
}
