package fathom.cli;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** {@code fathom train --precision}. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
class PrecisionOptionTest {
    private static final String PROPERTY = "fathom.bfloat16";

    @TempDir Path folder;

    private String before = "auto";

    @BeforeEach
    void remember() {
        before = System.getProperty(PROPERTY, "auto");
    }

    @AfterEach
    void restore() {
        System.setProperty(PROPERTY, before);
    }

    private static double accuracy(Cli trained) {
        assertThat(trained.exitCode()).as(trained.err()).isZero();
        var match = Pattern.compile("test acc (\\S+)").matcher(trained.out());
        assertThat(match.find()).isTrue();
        return Double.parseDouble(match.group(1));
    }

    private static Cli train(String precision, Path run) {
        Object[] args = {
            "train",
            "lenet-relu",
            "--data",
            "sample",
            "--quiet",
            "--epochs",
            3,
            "--batch-size",
            64,
            "--precision",
            precision,
            "--out",
            run
        };
        return Cli.run(args);
    }

    @Test
    void leNetLearnsInBfloat16AsInFloat32() throws IOException {
        System.setProperty(PROPERTY, "always");
        Path run = folder.resolve("narrow");
        double narrow = accuracy(train("bf16", run));
        double wide = accuracy(train("float32", folder.resolve("wide")));
        assertThat(narrow).isGreaterThan(wide - 0.05);
        // what is kept is float32, and goes on in bfloat16
        StateDict kept = StateDict.load(run.resolve("model.safetensors"));
        assertThat(kept.names()).allMatch(n -> kept.get(n).dtype() == DType.FLOAT32);
        assertThat(Files.readString(run.resolve("config.json"))).contains("BFLOAT16");
        Cli resumed = Cli.run("train", "--resume", run, "--epochs", 4, "--quiet");
        assertThat(accuracy(resumed)).isGreaterThan(wide - 0.05);
        assertThat(Files.readString(run.resolve("config.json"))).contains("BFLOAT16");
    }

    @Test
    void isRefusedInOneLineWhereItWouldBeSlower() {
        System.setProperty(PROPERTY, "never");
        Cli refused = train("bf16", folder.resolve("refused"));
        assertThat(refused.exitCode()).isEqualTo(2);
        assertThat(refused.err().lines()).hasSize(1);
        assertThat(refused.err()).contains("--precision: bfloat16 would be slower than float32 here");
        assertThat(folder.resolve("refused")).doesNotExist();
    }
}
