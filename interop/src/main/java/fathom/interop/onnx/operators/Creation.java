package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.one;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.TensorValue;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;
import java.util.Locale;

/** New values: constants, ranges and random numbers. */
final class Creation {
    private Creation() {}

    static void addTo(OperatorTable table) {
        table.add("ConstantOfShape", Creation::constant).host(Creation::constant);
        table.add("Range", Creation::range).host(Creation::range);
        table.add("EyeLike", Creation::eye);
        table.add("RandomNormal", c -> Value.of(normal(c, shape(c), c.dtype("dtype", DType.FLOAT32))));
        table.add(
                "RandomNormalLike", c -> Value.of(normal(c, c.value(0).shape(), c.dtype("dtype", c.value(0).dtype()))));
        table.add("RandomUniform", c -> Value.of(uniform(c, shape(c), c.dtype("dtype", DType.FLOAT32))));
        table.add(
                "RandomUniformLike",
                c -> Value.of(uniform(c, c.value(0).shape(), c.dtype("dtype", c.value(0).dtype()))));
    }

    private static Value[] constant(Call c) {
        long[] shape = c.wholes(0);
        Value given = c.constant("value");
        HostValue value =
                switch (given) {
                    case null -> HostValue.of(DType.FLOAT32, new long[] {1}, new double[] {0});
                    case HostValue h when h.size() == 1 -> h;
                    default -> throw c.refuse("its attribute value is not one number");
                };
        if (Arrays.stream(shape).anyMatch(s -> s < 0)) {
            throw c.refuse("a size is negative in " + Arrays.toString(shape));
        }
        return one(
                Movement.isSmall(shape)
                        ? value.picked(shape, _ -> 0)
                        : new TensorValue(Tensors.full(value.number(0), value.dtype(), shape)));
    }

    private static Value[] range(Call c) {
        DType type = c.value(0).dtype();
        double start = c.real(0);
        double end = c.real(1);
        double step = c.real(2);
        if (step == 0) {
            throw c.refuse("the step is 0");
        }
        double count = Math.max(0, Math.ceil((end - start) / step));
        if (!(count <= Integer.MAX_VALUE)) {
            throw c.refuse(String.format(Locale.ROOT, "it has %.0f numbers", count));
        }
        long n = (long) count;
        if (HostValue.fits(type, n)) {
            return one(
                    HostValue.computed(
                            type, new long[] {n}, i -> start + i * step, i -> (long) start + i * (long) step));
        }
        return Value.of(
                type.isFloating()
                        ? Tensors.arange(n).to(DType.FLOAT64).mul(step).add(start).to(type)
                        : Tensors.arange(n).mul((long) step).add((long) start).to(type));
    }

    private static Value[] eye(Call c) {
        Tensor x = c.tensor(0);
        if (x.dim() != 2) {
            throw c.refuse("it is for matrices");
        }
        Tensor row = Tensors.arange(x.size(0)).reshape(-1, 1);
        Tensor column = Tensors.arange(x.size(1));
        return Value.of(column.sub(row).eq(c.whole("k", 0)).to(c.dtype("dtype", x.dtype())));
    }

    private static long[] shape(Call c) {
        long[] shape = c.wholes("shape");
        if (shape == null) {
            throw c.refuse("its attribute shape is missing");
        }
        return shape;
    }

    private static Tensor normal(Call c, long[] shape, DType type) {
        return Tensors.randn(shape).mul(c.real("scale", 1)).add(c.real("mean", 0)).to(type);
    }

    private static Tensor uniform(Call c, long[] shape, DType type) {
        double low = c.real("low", 0);
        double high = c.real("high", 1);
        return Tensors.rand(shape).mul(high - low).add(low).to(type);
    }
}
