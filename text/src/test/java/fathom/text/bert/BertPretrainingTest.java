package fathom.text.bert;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.text.Vocabulary;
import fathom.text.datasets.WikiText2;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BertPretrainingTest {
    private static final List<List<String>> PARAGRAPHS = WikiText2.standIn().train();

    @TempDir private Path folder;

    @Test
    void pairsOfSentences() {
        var pair = SentencePair.of(List.of("a", "b"), List.of("c"));
        assertThat(pair.tokens()).containsExactly("<cls>", "a", "b", "<sep>", "c", "<sep>");
        assertThat(pair.types()).containsExactly(0, 0, 0, 0, 1, 1);
        assertThat(SentencePair.of(List.of("a")).types()).containsExactly(0, 0, 0);
        assertThat(SentencePair.of(List.of()).tokens()).containsExactly("<cls>", "<sep>");
        var words = Vocabulary.of(List.of("a", "b"), o -> o.reserved("<cls>", "<sep>"));
        assertThat(pair.ids(words)).isEqualToTensor(Tensors.tensor(new long[][] {{1, 3, 4, 2, 0, 2}}));
        assertThat(pair.typeIds()).isEqualToTensor(Tensors.tensor(new long[][] {{0, 0, 0, 0, 1, 1}}));
    }

    @Test
    void tensorsAreTheCourses() {
        var data = BertPretrainingData.of(PARAGRAPHS, o -> o.maxLength(64));
        Vocabulary v = data.vocabulary();
        assertThat(v.tokens().subList(0, 5)).containsExactly("<unk>", "<pad>", "<mask>", "<cls>", "<sep>");
        var b = DataLoader.of(data, 512).iterator().next().as(BertPretrainingData.Pairs.class);
        assertThat(b.ids()).hasShape(512, 64);
        assertThat(b.types()).hasShape(512, 64);
        assertThat(b.lengths()).hasShape(512);
        assertThat(b.positions()).hasShape(512, 10);
        assertThat(b.weights()).hasShape(512, 10);
        assertThat(b.labels()).hasShape(512, 10);
        assertThat(b.next()).hasShape(512);
        for (int i = 0; i < 512; i++) {
            long[] ids = b.ids().select(0, i).toLongArray();
            long[] types = b.types().select(0, i).toLongArray();
            long[] at = b.positions().select(0, i).toLongArray();
            int length = (int) b.lengths().select(0, i).itemLong();
            int predicted = (int) b.weights().select(0, i).sum().itemLong();
            assertThat(predicted).isEqualTo(Math.max(1, (int) Math.rint(length * 0.15)));
            assertThat(ids[0]).isEqualTo(3);
            assertThat(ids[length - 1]).isEqualTo(4);
            for (int k = 0; k < 64; k++) {
                if (k >= length) {
                    assertThat(ids[k]).isEqualTo(1);
                    assertThat(types[k]).isZero();
                }
            }
            assertThat(types[length - 1]).isEqualTo(1);
            for (int p = 0; p < 10; p++) {
                if (p < predicted) {
                    assertThat(at[p]).isBetween(1L, length - 2L);
                    assertThat(types[(int) at[p]] == 0 ? ids[0] : ids[length - 1]).isIn(3L, 4L);
                    assertThat(p == 0 || at[p] > at[p - 1]).isTrue();
                } else {
                    assertThat(at[p]).isZero();
                }
            }
        }
        assertThat(b.targets().eq(-100).sum().itemLong()).isEqualTo(b.weights().eq(0).sum().itemLong());
    }

    @Test
    void eightOfTenTokensAreMasked() {
        var data = BertPretrainingData.of(PARAGRAPHS);
        var b = DataLoader.of(data, (int) data.size()).iterator().next().as(BertPretrainingData.Pairs.class);
        var there = b.ids().gather(1, b.positions());
        var predicted = b.weights().gt(0);
        double count = predicted.sum().itemLong();
        double masked = there.eq(2).logicalAnd(predicted).sum().itemLong() / count;
        double same = there.eq(b.labels()).logicalAnd(predicted).sum().itemLong() / count;
        assertThat(count).isGreaterThan(3000);
        assertThat(masked).isBetween(0.78, 0.82);
        assertThat(same).isBetween(0.08, 0.12);
        assertThat(b.next().to(DType.FLOAT32).mean().item()).isBetween(0.45, 0.55);
        // special tokens are not predicted
        for (long special : new long[] {1, 2, 3, 4}) {
            assertThat(b.labels().eq(special).logicalAnd(predicted).any().itemLong()).isZero();
        }
    }

    @Test
    void aPairThatFollowsIsOneOfTheParagraph() {
        var paragraphs = List.of(List.of("a b c", "d e f", "g h i"), List.of("j k l", "m n o"));
        var data = BertPretrainingData.of(paragraphs, o -> o.minFreq(0).maxLength(9).seed(3));
        Vocabulary v = data.vocabulary();
        assertThat(data.size()).isEqualTo(3);
        var again = BertPretrainingData.of(paragraphs, o -> o.minFreq(0).maxLength(9).seed(3));
        var seconds = new HashSet<Long>();
        for (int i = 0; i < 3; i++) {
            var e = data.batch(new long[] {i}).as(BertPretrainingData.Pairs.class);
            assertThat(again.batch(new long[] {i}).as(BertPretrainingData.Pairs.class).ids()).isEqualToTensor(e.ids());
            long[] ids = e.ids().flatten().toLongArray();
            long[] at = e.positions().flatten().toLongArray();
            ids[(int) at[0]] = e.labels().flatten().toLongArray()[0];
            List<String> tokens = v.tokens(ids);
            boolean follows =
                    List.of("abcdef", "defghi", "jklmno")
                            .contains(String.join("", tokens.subList(1, 4)) + String.join("", tokens.subList(5, 8)));
            seconds.add(e.next().flatten().toLongArray()[0]);
            if (e.next().flatten().toLongArray()[0] == 1) {
                assertThat(follows).isTrue();
            }
        }
        assertThat(seconds).isNotEmpty();
        assertThatThrownBy(() -> BertPretrainingData.of(paragraphs, o -> o.maxLength(8)))
                .hasMessageContaining("no two sentences of a paragraph have at most 5 tokens together");
        assertThatThrownBy(() -> BertPretrainingData.of(List.of())).hasMessageContaining("no two sentences");
        assertThatThrownBy(() -> BertPretrainingData.of(paragraphs, o -> o.vocabulary(Vocabulary.of(List.of("a")))))
                .hasMessageContaining("the vocabulary lacks <pad>");
        assertThatThrownBy(() -> BertPretrainingData.of(paragraphs, o -> o.maxLength(3)))
                .hasMessageContaining("maxLength must be above 3");
    }

    private Path text() throws IOException {
        var lines = new ArrayList<String>();
        for (int i = 0; i < 20; i++) {
            lines.add("the crane is flying over the river . the river is wide . the crane lands . ");
            lines.add("a crane driver came . he just left the machine . ");
        }
        return Files.write(folder.resolve("paragraphs.txt"), lines);
    }

    @Test
    void theRecipeTrainsAndFillsIn() throws IOException {
        Path run = folder.resolve("run");
        String data = text().toString();
        var result =
                Recipes.train(
                        "bert",
                        o ->
                                o.data(data)
                                        .epochs(6)
                                        .batchSize(20)
                                        .folder(run)
                                        .progress(false)
                                        .option("hidden", "32")
                                        .option("layers", "1")
                                        .option("length", "24"));
        assertThat(result.report()).hasSize(2);
        assertThat(result.report().getFirst()).matches("MLM loss \\d\\.\\d{3}, NSP loss \\d\\.\\d{3}");
        assertThat(result.report().get(1)).endsWith("sentence pairs/sec");
        var history = result.run().history();
        assertThat(history.getLast().train().get("MLM")).isLessThan(history.getFirst().train().get("MLM") - 0.5);

        var trained = TrainedRun.open(run);
        var task = trained.task(o -> {});
        var net = trained.network(task, false);
        List<String> lines =
                task.predict(net, asked("the <mask> is wide", "the crane lands ||| he just left the machine"));
        assertThat(lines.getFirst()).matches("the <mask> is wide: (\\S+ \\d\\.\\d{3}(, )?){5}");
        assertThat(lines.get(1)).matches("the crane lands \\|\\|\\| .*: the second follows with \\d\\.\\d{3}");
        assertThat(task.predict(net, asked())).hasSize(2);
        assertThatThrownBy(() -> task.predict(net, asked("no mask")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("has neither a <mask>");
        assertThatThrownBy(() -> task.predict(net, asked("<mask> a ".repeat(20))))
                .hasMessageContaining("more than the 24 that the model reads");
        assertThat(task.evaluation().dataset().size()).isPositive();
    }

    private PredictionOptions asked(String... inputs) {
        return new PredictionOptions(List.of(inputs), 1, 3, folder, null, line -> {});
    }

    @Test
    void optionsAreChecked() {
        assertThatThrownBy(() -> Recipes.train("bert", o -> o.option("heads", "3").progress(false)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("3 heads do not divide a width of 128");
        assertThatThrownBy(() -> Recipes.train("bert", o -> o.data("none.txt").progress(false)))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("none.txt");
    }
}
