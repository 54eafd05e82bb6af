package fathom.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ThemeTest {
    /** How red, green and blue light look to readers without one kind of cone (Machado et al., 2009). */
    private static final List<double[]> BLINDNESS =
            List.of(
                    new double[] {1, 0, 0, 0, 1, 0, 0, 0, 1},
                    new double[] {
                        0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998
                    },
                    new double[] {
                        0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881
                    },
                    new double[] {
                        1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.303900
                    });

    static List<Theme> themes() {
        return List.of(Theme.LIGHT, Theme.DARK);
    }

    private static double[] seen(int color, double[] m) {
        double[] rgb = {
            Colors.linear(color >> 16 & 0xFF), Colors.linear(color >> 8 & 0xFF), Colors.linear(color & 0xFF)
        };
        int out = 0;
        for (int i = 0; i < 3; i++) {
            out = out << 8 | Colors.gamma(m[3 * i] * rgb[0] + m[3 * i + 1] * rgb[1] + m[3 * i + 2] * rgb[2]);
        }
        return Colors.oklab(out);
    }

    @ParameterizedTest
    @MethodSource("themes")
    void seriesStandOutFromTheBackground(Theme theme) {
        for (String color : theme.palette()) {
            assertThat(Colors.contrast(Colors.parse(color), theme.back())).as(color).isGreaterThan(3);
        }
        assertThat(Colors.contrast(theme.front(), theme.back())).isGreaterThan(7);
        assertThat(Colors.contrast(theme.minor(), theme.back())).isGreaterThan(4.5);
    }

    @ParameterizedTest
    @MethodSource("themes")
    void seriesDifferForColourBlindReaders(Theme theme) {
        for (double[] blindness : BLINDNESS) {
            for (int i = 0; i < theme.palette().size(); i++) {
                for (int j = 0; j < i; j++) {
                    double[] p = seen(theme.series(i), blindness);
                    double[] q = seen(theme.series(j), blindness);
                    double distance = Math.hypot(Math.hypot(p[0] - q[0], p[1] - q[1]), p[2] - q[2]);
                    // 0.02 is about what can just be told apart; the first four are further from one another
                    double wanted = i < 4 ? 0.09 : 0.045;
                    assertThat(distance)
                            .as("%s and %s", theme.palette().get(i), theme.palette().get(j))
                            .isGreaterThan(wanted);
                }
            }
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.EnumSource(Colormap.class)
    void colormapsAreOrderedInLightness(Colormap map) {
        if (map == Colormap.DIVERGING) {
            assertThat(Colors.oklab(map.at(0.5))[0]).isGreaterThan(Colors.oklab(map.at(0))[0] + 0.4);
            assertThat(Colors.oklab(map.at(0.5))[0]).isGreaterThan(Colors.oklab(map.at(1))[0] + 0.4);
            return;
        }
        double sign = Math.signum(Colors.oklab(map.at(1))[0] - Colors.oklab(map.at(0))[0]);
        for (int i = 1; i <= 50; i++) {
            double step = Colors.oklab(map.at(i / 50.0))[0] - Colors.oklab(map.at((i - 1) / 50.0))[0];
            assertThat(sign * step).as("%s at %s", map, i / 50.0).isPositive();
        }
    }

    @Test
    void coloursAreMixedInOklab() {
        assertThat(Colors.hex(Colors.mix(0xFF000000, 0xFFFFFFFF, 0.5))).isEqualTo("#636363");
        for (int color : new int[] {0xFF0072B2, 0xFFD55E00, 0xFF123456}) {
            double[] lab = Colors.oklab(color);
            assertThat(Colors.ofOklab(lab[0], lab[1], lab[2])).isEqualTo(color);
        }
        assertThat(Colors.contrast(0xFF000000, 0xFFFFFFFF)).isEqualTo(21, org.assertj.core.data.Offset.offset(1e-9));
    }

    @Test
    void coloursAreCheckedWhenAThemeIsMade() {
        assertThatThrownBy(() -> new Theme("white", "#000000", "#000000", "#000000", List.of("#ff0000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("color: must be #RRGGBB, such as #1f77b4, got white");
        assertThatThrownBy(() -> new Theme("#ffffff", "#000000", "#000000", "#000000", List.of()))
                .hasMessage("Theme: the palette must have at least one colour");
    }
}
