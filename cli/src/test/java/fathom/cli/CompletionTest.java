package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.train.recipe.Recipe;
import fathom.train.recipe.Recipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The completion script in a real bash, called as bash calls it for a pressed tab key. */
class CompletionTest {
    private static final String PRESS_TAB =
            """
            source "$1" && shift
            complete -p fathom >/dev/null || exit 3
            COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
            _complete_fathom 2>/dev/null # it sets options of a completion, which has not been started here
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    @TempDir static Path folder;

    private static Path script;

    @BeforeAll
    static void hasBash() throws IOException, InterruptedException {
        assumeTrue(run("bash", "--version") != null, "there is no bash here");
        script = Files.writeString(folder.resolve("completion"), Cli.run("completion").out());
    }

    private static List<String> tab(String... words) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of("bash", "--norc", "-c", PRESS_TAB, "bash", script.toString()));
        command.addAll(List.of(words));
        String said = run(command.toArray(String[]::new));
        assertThat(said).isNotNull();
        return said.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    }

    private static @org.jspecify.annotations.Nullable String run(String... command) throws InterruptedException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return said;
        } catch (IOException e) {
            return null;
        }
    }

    @Test
    void commandsAreCompleted() throws IOException, InterruptedException {
        assertThat(tab("fathom", "tr")).containsExactly("train", "translate");
        assertThat(tab("fathom", "trai")).containsExactly("train");
        assertThat(tab("fathom", "")).containsAll(Suggestions.commands(Main.commandLine()));
    }

    @Test
    void namesOfModelsAreCompleted() throws IOException, InterruptedException {
        List<String> trainable = Recipes.all().stream().filter(Recipe::isTrainable).map(Recipe::name).toList();
        assertThat(tab("fathom", "train", "")).containsAll(trainable).doesNotContain("resnet50");
        assertThat(tab("fathom", "summary", "resnet5")).containsExactly("resnet50");
    }

    @Test
    void optionsAndTheirValuesAreCompleted() throws IOException, InterruptedException {
        assertThat(tab("fathom", "train", "lenet", "--ba")).containsExactly("--batch-size");
        assertThat(tab("fathom", "train", "lenet", "--optimizer", "adamw")).containsExactly("adamw");
        assertThat(tab("fathom", "train", "lenet", "--precision", "")).containsExactlyInAnyOrder("float32", "bf16");
    }

    @Test
    void foldersAreCompletedWhereARunIsExpected() throws IOException, InterruptedException {
        Files.createDirectories(folder.resolve("runs/mine"));
        assertThat(tab("fathom", "eval", folder.resolve("runs/mi").toString()))
                .containsExactly(folder.resolve("runs/mine").toString());
    }
}
