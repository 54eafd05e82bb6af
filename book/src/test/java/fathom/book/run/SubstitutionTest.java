package fathom.book.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SubstitutionTest {
    @Test
    void declarationsGetOtherValues() {
        String code =
                "var data = load();\nint epochs = 10;\n  double lr = 0.1; // rate\nfor (int i = 0; i < epochs; i++) { int epochs2 = 3; }";
        assertThat(Substitution.apply(code, Map.of("epochs", "1", "lr", "$1")))
                .isEqualTo(code.replace("epochs = 10", "epochs = 1").replace("lr = 0.1", "lr = $1"));
        assertThat(Substitution.apply(code, Map.of("i", "5", "rate", "2"))).isEqualTo(code);
        assertThat(Substitution.undeclared(List.of("var a = 1;", code), Set.of("a", "epochs", "limit")))
                .containsExactly("limit");
        assertThat(Substitution.initialValues(code, Set.of("lr", "x"))).isEqualTo(Map.of("lr", "0.1"));
    }
}
