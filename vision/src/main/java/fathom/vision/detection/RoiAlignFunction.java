package fathom.vision.detection;

import fathom.AutogradFunction;
import fathom.CustomKernel;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The alignment of regions, which is linear in the feature maps, or its adjoint, from gradients of regions to those of
 * feature maps. Each is the other's gradient.
 */
final class RoiAlignFunction extends AutogradFunction {
    private final RoiGeometry geometry;
    private final long[] maps;
    private final boolean isAdjoint;

    /**
     * @param maps the shape of the feature maps
     */
    RoiAlignFunction(RoiGeometry geometry, long[] maps, boolean isAdjoint) {
        this.geometry = geometry;
        this.maps = maps;
        this.isAdjoint = isAdjoint;
    }

    @Override
    protected String name() {
        return isAdjoint ? "roiAlignBackward" : "roiAlign";
    }

    @Override
    protected Tensor[] forward(Context context, Tensor... inputs) {
        context.save(inputs[1]);
        return new Tensor[] {new RoiAlignKernel(geometry, Shape.of(maps), isAdjoint).apply(inputs)};
    }

    @Override
    protected @Nullable Tensor[] backward(Context context, Tensor... gradients) {
        Tensor boxes = context.saved(0);
        return new @Nullable Tensor[] {
            new RoiAlignFunction(geometry, maps, !isAdjoint).apply(gradients[0], boxes), null
        };
    }

    /** Computes one channel of one feature map at a time, for all its regions. */
    private static final class RoiAlignKernel extends CustomKernel {
        private static final Thread OTHER = Thread.ofVirtual().unstarted(() -> {});

        private final RoiGeometry geometry;
        private final Shape maps;
        private final boolean isAdjoint;

        RoiAlignKernel(RoiGeometry geometry, Shape maps, boolean isAdjoint) {
            this.geometry = geometry;
            this.maps = maps;
            this.isAdjoint = isAdjoint;
        }

        @Override
        protected Spec[] infer(Spec... inputs) {
            Shape pooled = Shape.of(inputs[1].shape().dims()[0], maps.dims()[1], geometry.height(), geometry.width());
            return new Spec[] {new Spec(inputs[0].dtype(), isAdjoint ? maps : pooled)};
        }

        @Override
        protected void compute(Buffer[] inputs, Buffer[] outputs) {
            long[] shape = maps.dims();
            DType type = inputs[0].dtype();
            int count = (int) inputs[1].shape().dims()[0];
            var regions = geometry.regions(count, inputs[1].memory(), type, shape);
            MemorySegment in = inputs[0].memory();
            MemorySegment out = outputs[0].memory();
            int channels = (int) shape[1];
            if (outputs[0].shape().numel() == 0) {
                return;
            }
            IntStream planes = IntStream.range(0, (int) shape[0] * channels);
            // copies of another device's memory belong to this thread
            boolean isShared = in.isAccessibleBy(OTHER) && out.isAccessibleBy(OTHER);
            (isShared ? planes.parallel() : planes)
                    .forEach(p -> {
                        var plane = new Plane(in, out, type, p / channels, p % channels);
                        if (isAdjoint) {
                            spread(plane, regions);
                        } else {
                            gather(plane, regions);
                        }
                    });
        }

        private record Plane(MemorySegment in, MemorySegment out, DType type, int image, int channel) {
            double read(long index) {
                return RoiGeometry.read(in, type, index);
            }

            void write(long index, double value) {
                if (type == DType.FLOAT64) {
                    out.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
                } else {
                    out.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
                }
            }
        }

        /** Writes the bins of all regions of the plane's image. */
        private void gather(Plane plane, RoiGeometry.Region[] regions) {
            int channels = (int) maps.dims()[1];
            int rows = (int) maps.dims()[2];
            int columns = (int) maps.dims()[3];
            var pixels = new double[rows * columns];
            long from = ((long) plane.image * channels + plane.channel) * pixels.length;
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = plane.read(from + i);
            }
            var row = new double[columns];
            for (int k = 0; k < regions.length; k++) {
                var region = regions[k];
                if (region.image() != plane.image) {
                    continue;
                }
                int left = region.columns().from();
                int right = region.columns().to();
                long at = ((long) k * channels + plane.channel) * geometry.height() * geometry.width();
                for (int h = 0; h < geometry.height(); h++) {
                    Arrays.fill(row, 0);
                    double[] weights = region.rows().weights()[h];
                    for (int i = 0; i < weights.length; i++) {
                        int start = (region.rows().first()[h] + i) * columns;
                        double weight = weights[i];
                        for (int c = left; c < right; c++) {
                            row[c] += weight * pixels[start + c];
                        }
                    }
                    for (int w = 0; w < geometry.width(); w++) {
                        plane.write(at++, weights.length == 0 ? 0 : dot(region.columns(), w, row));
                    }
                }
            }
        }

        private static double dot(RoiGeometry.Axis axis, int bin, double[] row) {
            double[] weights = axis.weights()[bin];
            int first = axis.first()[bin];
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += weights[i] * row[first + i];
            }
            return sum;
        }

        /** Adds the bins of all regions of the plane's image to its pixels. */
        private void spread(Plane plane, RoiGeometry.Region[] regions) {
            int channels = (int) maps.dims()[1];
            int rows = (int) maps.dims()[2];
            int columns = (int) maps.dims()[3];
            var pixels = new double[rows * columns];
            var row = new double[columns];
            for (int k = 0; k < regions.length; k++) {
                var region = regions[k];
                if (region.image() != plane.image) {
                    continue;
                }
                int left = region.columns().from();
                int right = region.columns().to();
                long at = ((long) k * channels + plane.channel) * geometry.height() * geometry.width();
                for (int h = 0; h < geometry.height(); h++) {
                    Arrays.fill(row, 0);
                    for (int w = 0; w < geometry.width(); w++) {
                        double g = plane.read(at++);
                        double[] weights = region.columns().weights()[w];
                        int first = region.columns().first()[w];
                        for (int i = 0; i < weights.length; i++) {
                            row[first + i] += weights[i] * g;
                        }
                    }
                    double[] weights = region.rows().weights()[h];
                    for (int i = 0; i < weights.length; i++) {
                        int start = (region.rows().first()[h] + i) * columns;
                        double weight = weights[i];
                        for (int c = left; c < right; c++) {
                            pixels[start + c] += weight * row[c];
                        }
                    }
                }
            }
            long to = ((long) plane.image * channels + plane.channel) * pixels.length;
            for (int i = 0; i < pixels.length; i++) {
                plane.write(to + i, pixels[i]);
            }
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof RoiAlignKernel other
                    && geometry.equals(other.geometry)
                    && maps.equals(other.maps)
                    && isAdjoint == other.isAdjoint;
        }

        @Override
        public int hashCode() {
            return Objects.hash(geometry, maps, isAdjoint);
        }
    }
}
