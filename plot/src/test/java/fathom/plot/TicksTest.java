package fathom.plot;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TicksTest {
    @Test
    void stepsAreOneTwoFive() {
        assertThat(Ticks.linear(0, 1, 6).labels()).containsExactly("0.0", "0.2", "0.4", "0.6", "0.8", "1.0");
        assertThat(Ticks.linear(0, 1, 2).labels()).containsExactly("0.0", "0.5", "1.0");
        assertThat(Ticks.linear(-3, 14, 4).labels()).containsExactly("0", "5", "10");
        assertThat(Ticks.linear(-1, 1, 5).labels()).containsExactly("−1.0", "−0.5", "0.0", "0.5", "1.0");
        assertThat(Ticks.linear(0, 100_000, 5).labels())
                .containsExactly("0", "20000", "40000", "60000", "80000", "100000");
    }

    @Test
    void largeAndSmallValuesHaveACommonFactor() {
        Ticks large = Ticks.linear(0, 4e7, 5);
        assertThat(large.labels()).containsExactly("0", "1", "2", "3", "4");
        assertThat(large.note()).isEqualTo("×10⁷");
        Ticks small = Ticks.linear(1e-9, 3e-9, 3);
        assertThat(small.labels()).containsExactly("1", "2", "3");
        assertThat(small.note()).isEqualTo("×10⁻⁹");
        assertThat(small.at()).containsExactly(1e-9, 2e-9, 3e-9);
    }

    @Test
    void commonOffsetsAreWrittenOnce() {
        Ticks ticks = Ticks.linear(1e9 + 0.1, 1e9 + 0.4, 4);
        assertThat(ticks.labels()).containsExactly("0.1", "0.2", "0.3", "0.4");
        assertThat(ticks.note()).isEqualTo("+ 10⁹");
        assertThat(ticks.at()[1]).isEqualTo(1e9 + 0.2);
    }

    @Test
    void logarithmicTicksArePowersOfTen() {
        assertThat(Ticks.logarithmic(1e-6, 1, 8).labels())
                .containsExactly("10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰");
        assertThat(Ticks.logarithmic(1e-12, 1e12, 5).labels()).containsExactly("10⁻¹⁰", "10⁻⁵", "10⁰", "10⁵", "10¹⁰");
        assertThat(Ticks.logarithmic(1, 1000, 5).labels()).containsExactly("1", "10", "100", "1000");
        assertThat(Ticks.logarithmic(0.15, 3, 8).labels()).containsExactly("0.2", "0.5", "1", "2");
        assertThat(Ticks.logarithmic(0.15, 3, 8).minor()).contains(0.3, 0.4, 0.6, 3);
        // less than a decade: as on a linear axis
        assertThat(Ticks.logarithmic(20, 60, 5).labels()).containsExactly("20", "30", "40", "50", "60");
    }

    @Property(tries = 300)
    void ticksLieInTheRangeAndAreNotTooMany(
            @ForAll @DoubleRange(min = -1e12, max = 1e12) double low,
            @ForAll @DoubleRange(min = -8, max = 12) double power,
            @ForAll @IntRange(min = 1, max = 12) int most) {
        double range = Math.max(Math.pow(10, power), Math.abs(low) * 1e-10);
        Ticks ticks = Ticks.linear(low, low + range, most);
        assertThat(ticks.at()).hasSizeLessThanOrEqualTo(most + 1);
        assertThat(ticks.labels()).hasSameSizeAs(ticks.at()).doesNotHaveDuplicates();
        for (double at : ticks.at()) {
            assertThat(at).isBetween(low - range * 1e-5, low + range * (1 + 1e-5));
        }
    }

    @Test
    void numbersAreWrittenShort() {
        assertThat(Ticks.number(0.12345, 2)).isEqualTo("0.12");
        assertThat(Ticks.number(-1500, 3)).isEqualTo("−1500");
        assertThat(Ticks.number(1.5e-7, 2)).isEqualTo("1.5×10⁻⁷");
        assertThat(Ticks.number(Double.NaN, 2)).isEqualTo("NaN");
        assertThat(Ticks.number(0, 2)).isEqualTo("0");
    }
}
