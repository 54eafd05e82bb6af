package fathom.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.nn.Layer;
import fathom.text.decoder.CausalLM;
import fathom.text.tokenizers.Tokenizer;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeOptions;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.Recipes;
import fathom.train.recipe.TextTask;
import fathom.train.recipe.TrainedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptRecipeTest {
    private static final String LINE = "Twinkle, twinkle, little star, how I wonder what you are! 一闪一闪亮晶晶，满天都是小星星。\n";

    @TempDir Path folder;

    private Path text(String line) throws IOException {
        return Files.writeString(folder.resolve("text.txt"), line.repeat(30));
    }

    private static RecipeOptions small(RecipeOptions o) {
        return o.option("layers", "2")
                .option("width", "48")
                .option("heads", "2")
                .option("context", "32")
                .batchSize(8)
                .progress(false);
    }

    @Test
    void aSmallLlamaWritesWhatItHasSeen() throws IOException {
        Path run = folder.resolve("run");
        String data = text(LINE).toString();
        var result = Recipes.train("gpt", o -> small(o).data(data).epochs(25).lr(0.01).folder(run));
        assertThat(result.report()).hasSize(2);
        assertThat(result.report().getFirst()).contains("perplexity 1.").contains("tokens/sec");
        assertThat(result.report().get(1)).startsWith("Twinkle, twinkle");
        var trained = TrainedRun.open(run);
        RecipeTask task = trained.task(o -> {});
        Layer net = trained.network(task, false);
        String expected = LINE.substring(0, 60);
        assertThat(((TextTask) task).generate(net, LINE.substring(0, 10), 50)).isEqualTo(expected);
        assertThat(trained.evaluate(task, net).loss()).isLessThan(0.1);
        // the folder in Hugging Face's layout is the same network
        var generator =
                new TextGenerator(
                        CausalLM.fromPretrained(run.resolve("pretrained")), Tokenizer.load(run.resolve("pretrained")));
        assertThat(LINE.substring(0, 10) + generator.generate(LINE.substring(0, 10), o -> o.maxTokens(50).slide(true)))
                .isEqualTo(expected);
        assertThat(generator.generate("一闪亮", o -> o.maxTokens(5)).text()).isEqualTo("晶晶，满天");

        // adapters of the same network learn another text
        Path tuned = folder.resolve("tuned");
        String other = text("Twinkle, twinkle, little hat, how I wonder what you wear!\n").toString();
        var adapted =
                Recipes.train(
                        "gpt",
                        o ->
                                small(o).data(other)
                                        .option("weights", run.resolve("pretrained").toString())
                                        .option("lora", "8")
                                        .epochs(30)
                                        .lr(0.02)
                                        .folder(tuned));
        assertThat(adapted.run().last().loss()).isLessThan(0.3);
        assertThat(adapted.net().namedParameters().keySet()).anyMatch(n -> n.contains("adapter"));
        var merged = CausalLM.fromPretrained(tuned.resolve("pretrained"));
        var hats = new TextGenerator(merged, Tokenizer.load(tuned.resolve("pretrained")));
        assertThat(hats.generate("Twinkle, twinkle, little ", o -> o.maxTokens(3)).text()).isEqualTo("hat");
        var again = TrainedRun.open(tuned);
        TextTask tunedTask = (TextTask) again.task(o -> {});
        assertThat(tunedTask.generate(again.network(tunedTask, false), "Twinkle, twinkle, little ", 3)).endsWith("hat");
    }

    /** A graph of a short example would have no window, and be wrong for longer texts. */
    @Test
    void aWindowIsNotExported() throws IOException {
        Path run = folder.resolve("run");
        String data = text(LINE).toString();
        Recipes.train("gpt", o -> small(o).data(data).epochs(1).option("architecture", "mistral").folder(run));
        var trained = TrainedRun.open(run);
        RecipeTask task = trained.task(o -> {});
        Layer net = trained.network(task, false);
        assertThatThrownBy(() -> task.inference(net))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("attend to the last 16 alone, of 32 positions");
    }

    @Test
    void bytePairsAreLearntAndOfferedOptionsAreChecked() throws IOException {
        String data = text(LINE).toString();
        Path run = folder.resolve("run");
        Recipes.train(
                "gpt",
                o ->
                        small(o).data(data)
                                .epochs(1)
                                .option("tokens", "bpe")
                                .option("vocabulary", "300")
                                .option("architecture", "gpt2")
                                .folder(run));
        assertThat(Tokenizer.load(run.resolve("pretrained")).size()).isEqualTo(300);
        assertThat(CausalLM.fromPretrained(run.resolve("pretrained")).config().kind().modelType()).isEqualTo("gpt2");
        assertThatThrownBy(() -> Recipes.train("gpt", o -> small(o).data(data).option("tokens", "word")))
                .isInstanceOf(RecipeException.class)
                .hasMessageContaining("must be char or bpe, is word");
        assertThatThrownBy(() -> Recipes.train("gpt", o -> small(o).data(data).option("lora", "4")))
                .hasMessageContaining("set weights as well");
        assertThatThrownBy(() -> Recipes.train("gpt", o -> small(o).data(data).option("architecture", "mamba")))
                .hasMessageContaining("there are llama");
        assertThatThrownBy(() -> Recipes.train("gpt", o -> small(o).data(data).option("heads", "5")))
                .hasMessageContaining("5 heads do not divide a width of 48");
        assertThatThrownBy(() -> Recipes.train("gpt", o -> small(o).data(data).batchSize(1000)))
                .hasMessageContaining("too few for a batch of 1000 sequences of 32");
    }
}
