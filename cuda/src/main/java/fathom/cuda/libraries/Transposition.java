package fathom.cuda.libraries;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.Geometry;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import org.jspecify.annotations.Nullable;

/** Copies tensors into another layout or type, and adds a bias on the way. */
final class Transposition {
    private record Variant(DType from, DType to, @Nullable DType bias, int rank, boolean isSmall) {}

    private Transposition() {}

    /**
     * {@return a launch that copies; its arguments 0 and 1 are the addresses from and to, and may be changed}
     *
     * @param bias the type of what is added, at {@code biasAddress}; null if nothing is
     * @param biasStep elements of the bias from one index of dimension 1 to the next
     */
    static Launch launch(
            Gpu gpu,
            DType from,
            long[] fromStrides,
            DType to,
            long[] toStrides,
            long[] shape,
            @Nullable DType bias,
            long biasAddress,
            long biasStep) {
        var biasStrides = new long[shape.length];
        biasStrides[1] = biasStep;
        Geometry g = Geometry.of(shape, new long[][] {toStrides, fromStrides, biasStrides}, 0);
        var variant = new Variant(from, to, bias, g.rank(), g.isSmall());
        var function = gpu.function(variant, () -> source(variant));
        long n = g.numel();
        var arguments = new long[4 + 4 * g.rank()];
        arguments[2] = biasAddress;
        arguments[3] = n;
        System.arraycopy(g.sizes(), 0, arguments, 4, g.rank());
        for (int o = 0; o < 3; o++) {
            System.arraycopy(g.strides()[o], 0, arguments, 4 + (o + 1) * g.rank(), g.rank());
        }
        return Launch.linear(function, (n + 255) / 256, 256, arguments);
    }

    private static KernelSource source(Variant v) {
        String value = ElementType.load(v.from, "a.from[f]");
        if (v.bias != null) {
            value = "(" + value + ") + " + ElementType.load(v.bias, "a.bias[b]");
        }
        String text =
                """
                struct Arguments {
                    const FROM* from; TO* to; const BIAS* bias; i64 n;
                    i64 size[RANK], t[RANK], f[RANK], b[RANK];
                };
                extern "C" __global__ void __launch_bounds__(256) kernel(const Arguments a) {
                    UINT i = (UINT) blockIdx.x * 256 + threadIdx.x;
                    if (i >= (UINT) a.n) return;
                    INT t = 0, f = 0, b = 0;
                #pragma unroll
                    for (int d = RANK - 1; d >= 0; d--) {
                        const INT at = (INT) (d == 0 ? i : i % (UINT) a.size[d]);
                        if (d > 0) i /= (UINT) a.size[d];
                        t += at * (INT) a.t[d];
                        f += at * (INT) a.f[d];
                        b += at * (INT) a.b[d];
                    }
                    a.to[t] = VALUE;
                }
                """
                        .replace("FROM", ElementType.stored(v.from))
                        .replace("TO*", ElementType.stored(v.to) + "*")
                        .replace("BIAS", v.bias == null ? "float" : ElementType.stored(v.bias))
                        .replace("RANK", Integer.toString(v.rank))
                        .replace("UINT", v.isSmall ? "u32" : "u64")
                        .replace("INT", v.isSmall ? "int" : "i64")
                        .replace("VALUE", ElementType.store(v.to, value));
        return new KernelSource("transposition", text);
    }
}
