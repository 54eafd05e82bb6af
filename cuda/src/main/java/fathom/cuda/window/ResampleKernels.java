package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.Resample;
import java.lang.ref.Reference;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Resampling: a thread computes a few neighbouring channels of one position from the tables of {@link AxisTables}. */
public final class ResampleKernels implements KernelFamily {
    private static final int THREADS = 256;

    private record Variant(DType type, int axes, int width, boolean channelsInside, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Resample.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (Resample) primitive;
        Volume x = Volume.of(in[0]);
        Volume y = Volume.of(out[0]);
        DType type = x.type();
        if (type != DType.FLOAT32 && type != DType.FLOAT64 || y.type() != type) {
            return null;
        }
        if (y.numel() == 0) {
            return () -> {};
        }
        int width = 16 / type.size();
        long enough = 512L * gpu.properties().multiprocessors();
        while (width > 1 && !(x.hasGroups(width) && y.hasGroups(width) && y.numel() / width >= enough)) {
            width /= 2;
        }
        int axes = p.axes().size();
        var variant = new Variant(type, axes, width, y.isChannelsLast(), x.isSmall() && y.isSmall());
        var function =
                gpu.function(
                        variant,
                        () ->
                                Source.of("resample")
                                        .elements(variant.type)
                                        .index(variant.isSmall)
                                        .define("AXES", variant.axes)
                                        .define("VEC", variant.width)
                                        .define("CHANNELS_INSIDE", variant.channelsInside)
                                        .kernel());
        AxisTables tables = AxisTables.of(gpu, p, type == DType.FLOAT64);
        long n = y.numel() / width;
        var arguments = new Arguments().add(x.address(), y.address(), n, y.channels() / width);
        arguments.add(y.shape()[2], y.shape()[3], y.shape()[4]);
        for (int a = 0; a < 3; a++) {
            arguments.add(a < 3 - axes ? new long[3] : tables.axis(a - (3 - axes)));
        }
        arguments.add(x.strides()).add(y.strides());
        Launch launch = Launch.linear(function, (n + THREADS - 1) / THREADS, THREADS, arguments.toArray());
        return () -> {
            gpu.launch(launch);
            Reference.reachabilityFence(tables);
        };
    }
}
