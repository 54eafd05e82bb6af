package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.text.TokenEmbedding;
import fathom.train.recipe.PredictionOptions;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordRecipeTest {
    @TempDir Path folder;

    private Path text() throws IOException {
        String lines = "The chip company sold a chip to the bank.\nA bank and a company, they said.\n".repeat(30);
        return Files.writeString(folder.resolve("news.txt"), lines);
    }

    @ParameterizedTest
    @ValueSource(strings = {"word2vec", "word2vec-hs", "cbow", "fasttext", "glove"})
    void eachRecipeTrainsOnATextAndFindsWords(String name) throws IOException {
        Path run = folder.resolve("run");
        String data = text().toString();
        var result =
                Recipes.train(name, o -> o.data(data).epochs(1).batchSize(32).limit(200).folder(run).progress(false));
        assertThat(result.report()).hasSize(3);
        assertThat(result.report().getFirst()).startsWith("loss ").contains("examples/s");
        assertThat(result.report().get(1)).startsWith("chip: ");

        var trained = TrainedRun.open(run);
        var task = trained.task(o -> {});
        var net = trained.network(task, false);
        List<String> lines = task.predict(net, asked("bank", "chip:bank::company"));
        assertThat(lines.getFirst()).matches("bank: \\S+ -?\\d\\.\\d{3}, .*");
        assertThat(lines.get(1)).startsWith("chip:bank::company = ");
        Path vectors = folder.resolve("vectors.txt");
        assertThat(task.predict(net, asked(vectors.toString())).getFirst()).endsWith("vectors");
        assertThat(TokenEmbedding.load(vectors).dimensions()).isEqualTo(100);
        if (name.equals("fasttext")) {
            assertThat(task.predict(net, asked("banks")).getFirst()).startsWith("banks (by its subwords): ");
        } else {
            assertThatThrownBy(() -> task.predict(net, asked("zebra")))
                    .isInstanceOf(RecipeException.class)
                    .hasMessageContaining("the vocabulary has no word 'zebra'");
        }
    }

    private PredictionOptions asked(String... inputs) {
        return new PredictionOptions(List.of(inputs), 1, 3, folder, null, line -> {});
    }
}
