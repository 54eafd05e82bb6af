package fathom.text.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ChineseParaphrasesTest {
    private static final String SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡林";

    private static List<String> characters(String text) {
        return text.codePoints().sorted().distinct().mapToObj(Character::toString).toList();
    }

    private static Set<Character> surnames(List<ChineseParaphrases.Triple> part) {
        return part.stream()
                .flatMap(t -> Stream.of(t.sentence(), t.paraphrase(), t.lookAlike()))
                .flatMap(s -> s.chars().mapToObj(c -> (char) c))
                .filter(c -> SURNAMES.indexOf(c) >= 0)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void lookAlikesDifferInOneDetailOrInRoles() {
        var data = ChineseParaphrases.generate(1, 300, 100);
        assertThat(data.train()).hasSize(300);
        assertThat(data.test()).hasSize(100);
        assertThat(data.train().stream().filter(ChineseParaphrases.Triple::isExchange).count()).isBetween(70L, 130L);
        assertThat(data.train())
                .allSatisfy(t -> {
                    if (t.isExchange()) {
                        assertThat(characters(t.lookAlike())).isEqualTo(characters(t.sentence()));
                    }
                    assertThat(t.lookAlike()).isNotEqualTo(t.sentence()).isNotEqualTo(t.paraphrase());
                    assertThat(t.sentence() + t.paraphrase()).doesNotContainPattern("[A-Z]");
                });
    }

    @Test
    void partsHaveNothingInCommon() {
        var data = ChineseParaphrases.generate(2, 400, 200);
        Set<Character> train = surnames(data.train());
        Set<Character> test = surnames(data.test());
        assertThat(train).hasSize(8);
        assertThat(test).hasSize(8).doesNotContainAnyElementsOf(train);
        assertThat(Stream.concat(data.train().stream(), data.test().stream()).map(ChineseParaphrases.Triple::sentence))
                .doesNotHaveDuplicates();
    }

    @Test
    void theSeedDecides() {
        assertThat(ChineseParaphrases.generate(3, 20, 10)).isEqualTo(ChineseParaphrases.generate(3, 20, 10));
        assertThat(ChineseParaphrases.generate(3, 20, 10)).isNotEqualTo(ChineseParaphrases.generate(4, 20, 10));
        assertThat(ChineseParaphrases.generate(3, 0, 1).train()).isEmpty();
        assertThatThrownBy(() -> ChineseParaphrases.generate(0, 1_000_000, 1))
                .hasMessageContaining("different sentences, not 1000000");
    }
}
