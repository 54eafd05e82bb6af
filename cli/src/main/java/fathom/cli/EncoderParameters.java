package fathom.cli;

import fathom.text.sentences.Pooling;
import fathom.text.sentences.SentenceEncoder;
import fathom.text.sentences.SentenceModels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The parameters of commands that use an encoder of sentences. */
final class EncoderParameters {
    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description =
                    "A folder with a model of Hugging Face or sentence-transformers, an .onnx file with its tokenizer beside it,"
                            + " or a name: all-MiniLM-L6-v2 (English), bge-small-zh-v1.5 (Chinese), which Maven downloads.")
    private String model;

    @Option(
            names = "--pooling",
            paramLabel = "POOLING",
            description =
                    "How vectors of tokens become one: cls, mean, max, mean_sqrt_len, last. Default: the model's.")
    private @Nullable String pooling;

    @Option(
            names = "--max-length",
            paramLabel = "TOKENS",
            description = "Truncate texts to so many tokens. Default: the model's.")
    private @Nullable Integer maxLength;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "32",
            description = "The number of texts that are computed at a time.")
    private int batchSize;

    @Mixin private DeviceOption device;

    /** {@return the encoder on the device; what is downloaded is said on standard error} */
    SentenceEncoder open(CommandSpec spec) throws IOException {
        Path path = Path.of(model);
        if (!Files.exists(path)) {
            if (SentenceModels.named(model).isEmpty() && model.endsWith(".onnx")) {
                throw new ParameterException(spec.commandLine(), model + ": the file does not exist");
            }
            path = SentenceModels.find(model, line -> spec.commandLine().getErr().println("fathom: " + line));
        }
        var encoder =
                SentenceEncoder.load(
                        path,
                        o -> {
                            if (pooling != null) {
                                o.pooling(pooling(spec, pooling));
                            }
                            if (maxLength != null) {
                                o.maxLength(atLeast(spec, "--max-length", maxLength, 1));
                            }
                            o.batchSize(atLeast(spec, "--batch-size", batchSize, 1));
                        });
        encoder.network().to(device.device(spec));
        return encoder;
    }

    private static Pooling pooling(CommandSpec spec, String name) {
        return Arrays.stream(Pooling.values())
                .filter(p -> p.toString().equals(name.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() ->
                        new ParameterException(
                                spec.commandLine(),
                                "--pooling: '%s' is none of %s"
                                        .formatted(
                                                name,
                                                Arrays.stream(Pooling.values())
                                                        .map(Pooling::toString)
                                                        .collect(Collectors.joining(", ")))));
    }

    /** {@return a value, checked} */
    static int atLeast(CommandSpec spec, String option, int value, int least) {
        if (value < least) {
            throw new ParameterException(
                    spec.commandLine(), "%s: must be at least %s, is %s".formatted(option, least, value));
        }
        return value;
    }
}
