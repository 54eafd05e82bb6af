package fathom.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.DType;
import fathom.cpu.conv.ConvolutionAlgorithm;
import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The algorithm that is selected for each convolution. */
class ConvolutionTableTest {
    /** A convolution: number of images, channels of x and y, side lengths of image and kernel, padding. */
    private record Case(DType type, int n, int c, int o, int side, int kernel, int padding) {
        Case(int n, int c, int o, int side, int kernel, int padding) {
            this(DType.FLOAT32, n, c, o, side, kernel, padding);
        }

        Window window() {
            return Window.ofImages(1, 1, padding, padding, 1, 1);
        }

        Operand x() {
            return images(c, side);
        }

        Operand y() {
            return images(o, side + 2 * padding - kernel + 1);
        }

        Operand w() {
            long[] shape = {o, c, kernel, kernel};
            return new Operand(type, 64, shape, Layouts.contiguous(shape));
        }

        private Operand images(int channels, int extent) {
            var spec = Layouts.channelsLast(type, n, channels, extent, extent);
            return new Operand(type, 64, spec.shape(), Objects.requireNonNull(spec.strides()));
        }

        String forward() {
            return plan(new Convolution(window(), 1), new Operand[] {x(), w()}, y());
        }

        String inputGradient() {
            var primitive = new ConvolutionInputGrad(window(), 1, side, side);
            return plan(primitive, new Operand[] {y(), w()}, x());
        }

        String weightGradient() {
            var primitive = new ConvolutionWeightGrad(window(), 1, kernel, kernel);
            return plan(primitive, new Operand[] {y(), x()}, w());
        }

        private static String plan(Primitive primitive, Operand[] in, Operand out) {
            Plan plan = NativeStack.call(() -> ConvolutionTable.plan(primitive, in, new Operand[] {out}));
            String name = plan == Plan.UNSUPPORTED ? "another backend" : plan.getClass().getSimpleName();
            plan.release();
            return name;
        }
    }

    @BeforeEach
    void present() {
        OneDnn.assumePresent();
    }

    @Tag("vector-api")
    @Test
    void fewChannelsUseJava() {
        assumeTrue(FloatVector.SPECIES_PREFERRED.length() >= 8, "this processor has no vectors of 8 floats");
        var first = new Case(256, 1, 6, 28, 5, 2);
        assertThat(first.forward()).isEqualTo("JavaPlan");
        assertThat(first.inputGradient()).isEqualTo("JavaPlan");
        assertThat(first.weightGradient()).isEqualTo("FoldedWeightsPlan");
        assertThat(new Case(2, 1, 6, 28, 5, 2).forward()).isEqualTo("ConvPlan"); // too few images
    }

    @Test
    void manyChannelsUseWinograd() {
        var c = new Case(16, 64, 64, 28, 3, 1);
        assertThat(c.forward()).isEqualTo("WinogradPlan");
        assertThat(c.inputGradient()).isEqualTo("WinogradPlan");
        assertThat(c.weightGradient()).isEqualTo("WinogradWeightsPlan");
    }

    @Test
    void manyWeightsOnFewPositionsUseIm2col() {
        var c = new Case(32, 256, 256, 3, 3, 1);
        assertThat(c.forward()).isEqualTo("Im2colPlan");
        assertThat(c.inputGradient()).isEqualTo("Im2colPlan");
        assertThat(c.weightGradient()).isEqualTo("Im2colPlan");
    }

    @Test
    void othersUseDirectConvolution() {
        var c = new Case(8, 24, 40, 17, 5, 2);
        assertThat(c.forward()).isEqualTo("ConvPlan");
        assertThat(c.inputGradient()).isEqualTo("ConvPlan");
        assertThat(c.weightGradient()).isEqualTo("ConvWeightsPlan");
        var large = new Case(8, 512, 512, 14, 1, 0);
        assertThat(large.forward()).isEqualTo("ConvPlan");
        assertThat(large.weightGradient()).isEqualTo("SlicedWeightsPlan");
    }

    @Test
    void float64IsUnsupported() {
        var c = new Case(DType.FLOAT64, 8, 24, 40, 17, 5, 2);
        assertThat(c.forward()).isEqualTo("another backend");
        assertThat(c.inputGradient()).isEqualTo("another backend");
        assertThat(c.weightGradient()).isEqualTo("another backend");
    }

    private record Entry(String name, boolean fits, double cost, boolean isMade, List<String> asked)
            implements ConvolutionAlgorithm<String> {
        @Override
        public boolean fits(Problem problem) {
            return fits;
        }

        @Override
        public double cost(Problem problem) {
            return cost;
        }

        @Override
        public @Nullable String make(Problem problem) {
            asked.add(name);
            return isMade ? name : null;
        }
    }

    /** If an entry returns no plan, the next cheapest is asked; entries that do not fit or cost more are not. */
    @Test
    void theCheapestEntryThatCanBeMadeIsSelected() {
        var asked = new ArrayList<String>();
        var problem =
                new Problem(new Convolution(Window.ofImages(1, 1, 0, 0, 1, 1), 1), new Operand[0], new Operand[0]);
        var table =
                List.of(
                        new Entry("expensive", true, 3, true, asked),
                        new Entry("unfit", false, 0.1, true, asked),
                        new Entry("impossible", true, 0.5, false, asked),
                        new Entry("cheapest", true, 1, true, asked));
        assertThat(ConvolutionAlgorithm.<String>cheapest(table, problem)).isEqualTo("cheapest");
        assertThat(asked).containsExactly("impossible", "cheapest");
        assertThat(ConvolutionAlgorithm.<String>cheapest(table.subList(1, 3), problem)).isNull();
    }
}
