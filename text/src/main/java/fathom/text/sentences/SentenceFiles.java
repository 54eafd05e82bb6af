package fathom.text.sentences;

import fathom.Tensor;
import fathom.files.AtomicFiles;
import fathom.files.InputFiles;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.interop.onnx.OnnxValue;
import fathom.nn.Block;
import fathom.text.bert.BertNetwork;
import fathom.text.pretrained.PretrainedConfig;
import fathom.text.tokenizers.EncodedBatch;
import fathom.text.tokenizers.Tokenizer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads encoders from folders, as sentence-transformers writes them, and from ONNX files.
 *
 * @see <a href="https://sbert.net/docs/sentence_transformer/usage/custom_models.html">Sentence Transformers, structure
 *     of models</a>
 */
final class SentenceFiles {
    private static final String MODULES = "modules.json";
    private static final Set<String> INPUTS = Set.of("input_ids", "attention_mask", "token_type_ids");

    private SentenceFiles() {}

    /** A network with what it was read from. */
    record Network(Block block, TokenEncoder forward, OptionalLong positions) {}

    static SentenceEncoder load(Path path, Consumer<SentenceOptions> options) {
        try {
            if (Files.isDirectory(path)) {
                return folder(path, options);
            }
            InputFiles.check(path);
            if (!path.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".onnx")) {
                throw new IOException(path + ": expected a folder with a model, or an .onnx file");
            }
            return onnx(path, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    // ---- folders --------------------------------------------------------------------------------------------------

    private static SentenceEncoder folder(Path folder, Consumer<SentenceOptions> options) throws IOException {
        var o = new SentenceOptions();
        Path transformer = modules(folder, o);
        Path inside = transformer.resolve("onnx").resolve("model.onnx");
        Path onnx = Files.exists(inside) ? inside : transformer.resolve("model.onnx");
        boolean hasWeights = Files.exists(transformer.resolve("config.json")) && PretrainedBert.hasWeights(transformer);
        if (!hasWeights && !Files.exists(onnx)) {
            throw new FileNotFoundException(
                    "%s: there is no model; expected config.json with model.safetensors or pytorch_model.bin, or model.onnx"
                            .formatted(transformer));
        }
        Network network = hasWeights ? PretrainedBert.of(transformer) : network(onnx);
        return encoder(folder, Tokenizer.load(transformer), network, o, options);
    }

    /** Reads the settings, and {@return the folder of the transformer} */
    private static Path modules(Path folder, SentenceOptions o) throws IOException {
        Path file = folder.resolve(MODULES);
        Path transformer = folder;
        if (Files.exists(file)) {
            o.normalize = false;
            JsonNode root = json(file);
            if (!root.isArray()) {
                throw new IOException(file + ": expected a list of modules");
            }
            for (JsonNode module : root) {
                String type = module.path("type").asString("");
                Path path = folder.resolve(module.path("path").asString(""));
                switch (type.substring(type.lastIndexOf('.') + 1)) {
                    case "Transformer" -> transformer = path;
                    case "Pooling" -> o.pooling = pooling(path.resolve("config.json"));
                    case "Normalize" -> o.normalize = true;
                    default ->
                            throw new IOException(
                                    "%s: the module '%s' is not supported; supported: Transformer, Pooling, Normalize"
                                            .formatted(file, type));
                }
            }
        } else if (Files.exists(folder.resolve("1_Pooling/config.json"))) {
            o.pooling = pooling(folder.resolve("1_Pooling/config.json"));
        }
        Path limits = transformer.resolve("sentence_bert_config.json");
        if (Files.exists(limits)) {
            JsonNode length = json(limits).path("max_seq_length");
            o.maxLength = length.isIntegralNumber() ? length.asInt() : o.maxLength;
        }
        Path prompts = folder.resolve("config_sentence_transformers.json");
        if (Files.exists(prompts)) {
            o.prompt = json(prompts).path("prompts").path("query").asString("");
        }
        return transformer;
    }

    private static Pooling pooling(Path file) throws IOException {
        JsonNode root = json(file);
        List<Pooling> set =
                Arrays.stream(Pooling.values()).filter(p -> root.path(p.setting()).asBoolean(false)).toList();
        if (set.size() == 1) {
            return set.getFirst();
        }
        List<String> modes =
                root.properties().stream()
                        .filter(e -> e.getKey().startsWith("pooling_mode_") && e.getValue().asBoolean(false))
                        .map(Map.Entry::getKey)
                        .toList();
        throw new IOException(
                "%s: expected one of %s to be true, not %s"
                        .formatted(file, Arrays.stream(Pooling.values()).map(Pooling::setting).toList(), modes));
    }

    private static JsonNode json(Path file) throws IOException {
        try {
            return JsonMapper.shared().readTree(InputFiles.text(file));
        } catch (JacksonException e) {
            throw new IOException("%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    // ---- ONNX files -----------------------------------------------------------------------------------------------

    private static SentenceEncoder onnx(Path file, Consumer<SentenceOptions> options) throws IOException {
        Path folder = Objects.requireNonNull(file.toAbsolutePath().getParent());
        String name = file.getFileName().toString().replaceAll("(?i)\\.onnx$", "");
        List<Path> tokenizers =
                Stream.of(name + "-tokenizer.json", "tokenizer.json", "../tokenizer.json")
                        .map(folder::resolve)
                        .toList();
        Path tokenizer =
                tokenizers.stream()
                        .filter(Files::exists)
                        .findFirst()
                        .orElseThrow(() ->
                                new FileNotFoundException(
                                        "%s: it has no tokenizer; put it beside it as %s-tokenizer.json or tokenizer.json"
                                                .formatted(file, name)));
        var o = new SentenceOptions();
        Path settings = Files.exists(folder.resolve(MODULES)) ? folder : folder.resolve("..").normalize();
        if (Files.exists(settings.resolve(MODULES)) || Files.exists(settings.resolve("1_Pooling/config.json"))) {
            modules(settings, o);
        } else {
            SentenceModels.named(name)
                    .ifPresent(known -> o.pooling(known.pooling()).maxLength(known.maxLength()).prompt(known.prompt()));
        }
        return encoder(file, Tokenizer.load(tokenizer), network(file), o, options);
    }

    private static Network network(Path file) throws IOException {
        Network bert = PretrainedBert.ofOnnx(file);
        return bert != null ? bert : graph(file);
    }

    /** {@return the graph itself as a network} */
    static Network graph(Path file) throws IOException {
        OnnxModel model = Onnx.load(file);
        List<String> inputs = model.inputs().stream().map(OnnxValue::name).toList();
        if (!INPUTS.containsAll(inputs) || !inputs.contains("input_ids")) {
            throw new IOException(
                    "%s: not an encoder of text: its inputs are %s, expected input_ids, attention_mask, token_type_ids"
                            .formatted(file, inputs));
        }
        OnnxValue output =
                model.outputs().stream()
                        .filter(v -> v.shape() == null || v.shape().size() == 3)
                        .findFirst()
                        .orElseThrow(() ->
                                new IOException(
                                        "%s: none of its outputs %s has a vector for each token, [B, T, H]"
                                                .formatted(file, model.outputs())));
        int index = model.outputs().indexOf(output);
        TokenEncoder forward =
                batch -> {
                    var given = new ArrayList<Tensor>();
                    for (String input : inputs) {
                        given.add(input(batch, input));
                    }
                    return model.run(given).get(index);
                };
        return new Network(model, forward, OptionalLong.empty());
    }

    private static Tensor input(EncodedBatch batch, String name) {
        return switch (name) {
            case "input_ids" -> batch.inputIds();
            case "attention_mask" -> batch.attentionMask();
            default -> batch.tokenTypeIds();
        };
    }

    private static SentenceEncoder encoder(
            Path path, Tokenizer tokenizer, Network network, SentenceOptions o, Consumer<SentenceOptions> options)
            throws IOException {
        int positions = (int) network.positions().orElse(Integer.MAX_VALUE);
        o.maxLength = Math.min(o.maxLength, positions);
        options.accept(o);
        if (o.maxLength > positions) {
            throw new IOException(
                    String.format(
                            Locale.ROOT,
                            "%s: maxLength is %d, but the model has %d positions",
                            path,
                            o.maxLength,
                            positions));
        }
        return SentenceEncoder.of(tokenizer, network.block(), network.forward(), o);
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    static void save(SentenceEncoder encoder, Path folder) {
        if (!(encoder.network() instanceof BertNetwork bert)) {
            throw new IllegalStateException(
                    "SentenceEncoder.save: the network is a %s, none of BERT's family; save its state dictionary"
                            .formatted(encoder.network().getClass().getSimpleName()));
        }
        bert.savePretrained(folder);
        encoder.tokenizer().save(folder);
        var files =
                settings(
                        encoder.dimension(),
                        encoder.pooling(),
                        encoder.isNormalized(),
                        encoder.maxLength(),
                        encoder.prompt());
        try {
            for (var file : files.entrySet()) {
                Path to = folder.resolve(file.getKey());
                Files.createDirectories(to.resolveSibling(""));
                AtomicFiles.write(to, (file.getValue() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(folder + ": " + e.getMessage(), e);
        }
    }

    /** {@return the files of settings that sentence-transformers reads, by name} */
    static Map<String, String> settings(
            long dimension, Pooling pooling, boolean normalize, int maxLength, String prompt) {
        var modules = new ArrayList<Map<String, Object>>();
        modules.add(module(0, "", "Transformer"));
        modules.add(module(1, "1_Pooling", "Pooling"));
        if (normalize) {
            modules.add(module(2, "2_Normalize", "Normalize"));
        }
        var modes = new LinkedHashMap<String, Object>();
        modes.put("word_embedding_dimension", dimension);
        for (Pooling p : Pooling.values()) {
            modes.put(p.setting(), p == pooling);
        }
        var files = new LinkedHashMap<String, String>();
        files.put(MODULES, JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(modules));
        files.put("1_Pooling/config.json", PretrainedConfig.of(modes).toJson());
        files.put("sentence_bert_config.json", PretrainedConfig.of(Map.of("max_seq_length", maxLength)).toJson());
        if (!prompt.isEmpty()) {
            files.put(
                    "config_sentence_transformers.json",
                    PretrainedConfig.of(Map.of("prompts", Map.of("query", prompt))).toJson());
        }
        return files;
    }

    private static Map<String, Object> module(int index, String path, String type) {
        var module = new LinkedHashMap<String, Object>();
        module.put("idx", index);
        module.put("name", Integer.toString(index));
        module.put("path", path);
        module.put("type", "sentence_transformers.models." + type);
        return module;
    }
}
