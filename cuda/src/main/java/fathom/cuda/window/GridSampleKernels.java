package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.options.GridSampleOptions;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.GridSample;
import fathom.primitive.window.GridSampleGridGrad;
import fathom.primitive.window.GridSampleInputGrad;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sampling of images and volumes at the points of a grid, and its gradients. That of the image adds what points give to
 * the same position as integers, whose sum does not depend on the order: multiples of a power of two chosen from the
 * greatest gradient, so that no sum overflows. It takes scratch memory of 8 bytes an element (16 for float64, which has
 * a second integer for the remainder), which is cleared, added to and read once.
 */
public final class GridSampleKernels implements KernelFamily {
    private static final int THREADS = 256;

    /** Blocks of kernels whose threads each take several elements. */
    private static final int BLOCKS = 1024;

    /** Stands for all in the source of passes that read no points. */
    private static final GridSample NO_POINTS =
            new GridSample(GridSampleOptions.Mode.NEAREST, GridSampleOptions.PaddingMode.ZEROS, false);

    private enum Pass {
        SAMPLE("grid_sample"),
        BY_GRID("grid_by_grid"),
        CLEAR("grid_by_image"),
        GREATEST("grid_by_image"),
        SCATTER("grid_by_image"),
        FINISH("grid_by_image");

        private final String text;

        Pass(String text) {
            this.text = text;
        }
    }

    private record Variant(
            Pass pass,
            GridSample sample,
            DType type,
            boolean isVolume,
            int width,
            boolean channelsInside,
            boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(GridSample.class, GridSampleInputGrad.class, GridSampleGridGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        boolean fits = (type == DType.FLOAT32 || type == DType.FLOAT64) && out[0].dtype() == type;
        for (Operand o : in) {
            fits &= o.dtype() == type;
        }
        if (!fits) {
            return null;
        }
        if (out[0].numel() == 0) {
            return () -> {};
        }
        return switch (primitive) {
            case GridSample p -> new Call(gpu, p, Volume.of(in[0]), in[1], Volume.of(out[0])).sample();
            case GridSampleInputGrad p ->
                    new Call(gpu, p.forward(), Volume.of(out[0]), in[1], Volume.of(in[0])).byImage();
            case GridSampleGridGrad p ->
                    new Call(gpu, p.forward(), Volume.of(in[1]), in[2], Volume.of(in[0])).byGrid(out[0]);
            default -> null;
        };
    }

    /**
     * The operands of one call.
     *
     * @param x the image or its gradient
     * @param y the samples or their gradient
     */
    private record Call(Gpu gpu, GridSample p, Volume x, Operand grid, Volume y) {
        boolean isVolume() {
            return grid.rank() == 5;
        }

        boolean isSmall() {
            return x.isSmall() && y.isSmall() && gridReach(grid) < Integer.MAX_VALUE;
        }

        private static long gridReach(Operand o) {
            long reach = 0;
            for (int d = 0; d < o.rank(); d++) {
                reach += Math.abs(o.strides()[d]) * Math.max(0, o.shape()[d] - 1);
            }
            return reach;
        }

        private KernelFunction function(Pass pass, int width, boolean channelsInside) {
            boolean anyPoints = pass == Pass.CLEAR || pass == Pass.GREATEST || pass == Pass.FINISH;
            GridSample sample = anyPoints ? NO_POINTS : p;
            boolean volume = !anyPoints && isVolume();
            var v = new Variant(pass, sample, x.type(), volume, width, channelsInside, isSmall());
            return gpu.function(
                    v,
                    () ->
                            Source.of(v.pass.text)
                                    .elements(v.type)
                                    .index(v.isSmall)
                                    .define("PASS", v.pass.ordinal())
                                    .define("MODE", v.sample.mode().ordinal())
                                    .define("PADDING", v.sample.padding().ordinal())
                                    .define("ALIGN", v.sample.alignCorners())
                                    .define("SINGLE", v.type == DType.FLOAT32)
                                    .define("VOLUME", v.isVolume)
                                    .define("VEC", v.width)
                                    .define("CHANNELS_INSIDE", v.channelsInside)
                                    .include("grid_axis")
                                    .kernel());
        }

        /** The grid's strides: images, planes, rows, columns, coordinates. */
        private static long[] gridStrides(Operand o) {
            long[] s = o.strides();
            return o.rank() == 5 ? s : new long[] {s[0], 0, s[1], s[2], s[3]};
        }

        /** The fields that all kernels have. */
        private Arguments arguments(int width, long chunks, long per) {
            var arguments = new Arguments().add(x.address(), grid.address(), y.address());
            arguments.add(y.images() * y.positions(), y.channels(), chunks, per);
            arguments.add(x.shape()[2], x.shape()[3], x.shape()[4]);
            arguments.add(y.shape()[2], y.shape()[3], y.shape()[4]);
            return arguments.add(x.strides()).add(gridStrides(grid)).add(y.strides());
        }

        private boolean channelsInside() {
            return x.isChannelsLast() && y.isChannelsLast();
        }

        /** {@return the channels of a thread: neighbours, or enough for all threads to have some} */
        private long per(int width) {
            if (channelsInside()) {
                return width;
            }
            long enough = 1024L * gpu.properties().multiprocessors();
            long points = y.images() * y.positions();
            long chunks = Math.clamp(enough / Math.max(1, points), 1, y.channels());
            return Math.ceilDiv(y.channels(), chunks);
        }

        private int width() {
            int width = 16 / x.type().size();
            return channelsInside() && x.hasGroups(width) && y.hasGroups(width) ? width : 1;
        }

        Work sample() {
            int width = width();
            long per = per(width);
            long chunks = Math.ceilDiv(y.channels(), per);
            var function = function(Pass.SAMPLE, width, channelsInside());
            long n = y.images() * y.positions() * chunks;
            Launch launch =
                    Launch.linear(function, Math.ceilDiv(n, THREADS), THREADS, arguments(width, chunks, per).toArray());
            return () -> gpu.launch(launch);
        }

        Work byGrid(Operand out) {
            // a warp for each point where channels are neighbours, else a thread
            boolean warps = channelsInside() && y.channels() >= 8;
            var function = function(Pass.BY_GRID, 1, warps);
            long n = y.images() * y.positions() * (warps ? 32 : 1);
            var arguments = arguments(1, 1, y.channels()).add(out.address()).add(gridStrides(out));
            Launch launch = Launch.linear(function, Math.ceilDiv(n, THREADS), THREADS, arguments.toArray());
            return () -> gpu.launch(launch);
        }

        Work byImage() {
            long per = per(1);
            long chunks = Math.ceilDiv(y.channels(), per);
            boolean inside = channelsInside();
            long points = y.images() * y.positions();
            long scattering = Math.max(1, Math.ceilDiv(points * chunks, THREADS));
            int terms = p.axes(new long[isVolume() ? 5 : 4], x.type())[0].taps();
            long most = Math.max(1, y.positions()) * (long) Math.pow(terms, isVolume() ? 3 : 2);
            int bits = 64 - Long.numberOfLeadingZeros(most);
            int parts = x.type() == DType.FLOAT64 ? 2 : 1;
            long bytes = 8 * (2 + parts * x.numel());
            Pass[] passes = {Pass.CLEAR, Pass.GREATEST, Pass.SCATTER, Pass.FINISH};
            var launches = new Launch[passes.length];
            var arguments = arguments(1, chunks, per).add(0, x.numel(), bits);
            int scratchAt = arguments.toArray().length - 3;
            for (int i = 0; i < passes.length; i++) {
                long each = passes[i] == Pass.GREATEST ? points * y.channels() : x.numel();
                long blocks =
                        passes[i] == Pass.SCATTER
                                ? scattering
                                : Math.clamp(
                                        Math.ceilDiv(each, THREADS),
                                        1,
                                        passes[i] == Pass.GREATEST ? BLOCKS : Integer.MAX_VALUE);
                launches[i] = Launch.linear(function(passes[i], 1, inside), blocks, THREADS, arguments.toArray());
            }
            return () -> {
                synchronized (gpu.lock()) {
                    long scratch = gpu.scratch(bytes);
                    for (Launch launch : launches) {
                        launch.arguments()[scratchAt] = scratch;
                        gpu.launch(launch);
                    }
                }
            };
        }
    }
}
