package fathom.text.tokenizers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the tokenizer.json of a kind with a vocabulary. */
final class Templates {
    private static final JsonMapper JSON = JsonMapper.shared();

    static final String UNKNOWN = "<unk>";

    private Templates() {}

    static String bert(Map<String, Integer> vocabulary, boolean lowerCase, List<String> special) {
        ObjectNode root = root(vocabulary, special);
        ObjectNode normalizer = typed(root, "normalizer", "BertNormalizer");
        normalizer.put("clean_text", true).put("handle_chinese_chars", true);
        normalizer.putNull("strip_accents");
        normalizer.put("lowercase", lowerCase);
        typed(root, "pre_tokenizer", "BertPreTokenizer");
        if (vocabulary.containsKey("[CLS]") && vocabulary.containsKey("[SEP]")) {
            ObjectNode post = typed(root, "post_processor", "TemplateProcessing");
            ArrayNode single = post.putArray("single");
            specialPiece(single, "[CLS]", 0);
            input(single, "A", 0);
            specialPiece(single, "[SEP]", 0);
            ArrayNode pair = post.putArray("pair");
            pair.addAll(single.deepCopy());
            input(pair, "B", 1);
            specialPiece(pair, "[SEP]", 1);
            ObjectNode tokens = post.putObject("special_tokens");
            specialToken(tokens, "[CLS]", vocabulary);
            specialToken(tokens, "[SEP]", vocabulary);
        } else {
            root.putNull("post_processor");
        }
        typed(root, "decoder", "WordPiece").put("prefix", "##").put("cleanup", true);
        ObjectNode model = typed(root, "model", "WordPiece");
        model.put("unk_token", "[UNK]").put("continuing_subword_prefix", "##").put("max_input_chars_per_word", 100);
        vocabulary(model, vocabulary);
        return written(root);
    }

    static String characters(Map<String, Integer> vocabulary) {
        ObjectNode root = root(vocabulary, List.of(UNKNOWN));
        root.putNull("normalizer");
        ObjectNode split = typed(root, "pre_tokenizer", "Split");
        split.putObject("pattern").put("Regex", "(?s).");
        split.put("behavior", "Isolated").put("invert", false);
        root.putNull("post_processor");
        typed(root, "decoder", "Fuse");
        vocabulary(typed(root, "model", "WordLevel").put("unk_token", UNKNOWN), vocabulary);
        return written(root);
    }

    static String byteLevel(
            TokenizerKind kind, Map<String, Integer> vocabulary, List<String> merges, List<String> special) {
        ObjectNode root = root(vocabulary, special);
        if (kind == TokenizerKind.QWEN) {
            typed(root, "normalizer", "NFC");
        } else {
            root.putNull("normalizer");
        }
        if (kind == TokenizerKind.GPT2) {
            bytes(typed(root, "pre_tokenizer", "ByteLevel"), true);
        } else {
            ArrayNode all = typed(root, "pre_tokenizer", "Sequence").putArray("pretokenizers");
            ObjectNode split = all.addObject().put("type", "Split");
            split.putObject("pattern").put("Regex", kind.pattern);
            split.put("behavior", "Isolated").put("invert", false);
            bytes(all.addObject().put("type", "ByteLevel"), false);
        }
        String begin = "<|begin_of_text|>";
        if (kind == TokenizerKind.LLAMA3 && vocabulary.containsKey(begin)) {
            ArrayNode all = typed(root, "post_processor", "Sequence").putArray("processors");
            bytes(all.addObject().put("type", "ByteLevel"), false);
            begins(all.addObject(), begin, vocabulary);
        } else {
            bytes(typed(root, "post_processor", "ByteLevel"), false);
        }
        bytes(typed(root, "decoder", "ByteLevel"), true);
        bpe(root, vocabulary, merges, null, kind == TokenizerKind.LLAMA3, false);
        return written(root);
    }

    static String llama(Map<String, Integer> vocabulary, List<String> merges, List<String> special) {
        ObjectNode root = root(vocabulary, special);
        sentencePiece(root);
        begins(root.putObject("post_processor"), "<s>", vocabulary);
        bpe(root, vocabulary, merges, "<unk>", false, true);
        return written(root);
    }

    static String unigram(List<UnigramLearner.Piece> pieces, List<String> special) {
        var vocabulary = new LinkedHashMap<String, Integer>();
        pieces.forEach(p -> vocabulary.put(p.text(), vocabulary.size()));
        ObjectNode root = root(vocabulary, special);
        sentencePiece(root);
        root.putNull("post_processor");
        ObjectNode model = typed(root, "model", "Unigram");
        model.put("unk_id", Objects.requireNonNull(vocabulary.get(UNKNOWN)));
        ArrayNode vocab = model.putArray("vocab");
        pieces.forEach(p -> vocab.addArray().add(p.text()).add(p.score()));
        model.put("byte_fallback", true);
        return written(root);
    }

    /** Spaces are written as ▁, one is added in front, and both are undone in decoding. */
    private static void sentencePiece(ObjectNode root) {
        ArrayNode normalizers = typed(root, "normalizer", "Sequence").putArray("normalizers");
        normalizers.addObject().put("type", "Prepend").put("prepend", "▁");
        replace(normalizers, " ", "▁");
        root.putNull("pre_tokenizer");
        ArrayNode decoders = typed(root, "decoder", "Sequence").putArray("decoders");
        replace(decoders, "▁", " ");
        decoders.addObject().put("type", "ByteFallback");
        decoders.addObject().put("type", "Fuse");
        decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }

    private static void replace(ArrayNode to, String pattern, String content) {
        ObjectNode replace = to.addObject().put("type", "Replace");
        replace.putObject("pattern").put("String", pattern);
        replace.put("content", content);
    }

    private static void begins(ObjectNode post, String token, Map<String, Integer> vocabulary) {
        post.put("type", "TemplateProcessing");
        ArrayNode single = post.putArray("single");
        specialPiece(single, token, 0);
        input(single, "A", 0);
        ArrayNode pair = post.putArray("pair");
        pair.addAll(single.deepCopy());
        specialPiece(pair, token, 1);
        input(pair, "B", 1);
        specialToken(post.putObject("special_tokens"), token, vocabulary);
    }

    private static void bpe(
            ObjectNode root,
            Map<String, Integer> vocabulary,
            List<String> merges,
            @Nullable String unknown,
            boolean ignoreMerges,
            boolean byteFallback) {
        ObjectNode model = typed(root, "model", "BPE");
        model.putNull("dropout");
        model.put("unk_token", unknown);
        model.putNull("continuing_subword_prefix");
        model.putNull("end_of_word_suffix");
        model.put("fuse_unk", byteFallback).put("byte_fallback", byteFallback).put("ignore_merges", ignoreMerges);
        vocabulary(model, vocabulary);
        ArrayNode pairs = model.putArray("merges");
        for (String merge : merges) {
            int space = merge.indexOf(' ');
            pairs.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
        }
    }

    private static ObjectNode root(Map<String, Integer> vocabulary, List<String> special) {
        ObjectNode root = JSON.createObjectNode();
        root.put("version", "1.0");
        root.putNull("truncation");
        root.putNull("padding");
        ArrayNode added = root.putArray("added_tokens");
        for (String token : special) {
            Integer id = vocabulary.get(token);
            if (id != null) {
                ObjectNode node = added.addObject().put("id", id).put("content", token);
                node.put("single_word", false).put("lstrip", false).put("rstrip", false);
                node.put("normalized", false).put("special", true);
            }
        }
        return root;
    }

    private static ObjectNode typed(ObjectNode in, String field, String type) {
        return in.putObject(field).put("type", type);
    }

    private static void bytes(ObjectNode node, boolean regex) {
        node.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", regex);
    }

    private static void input(ArrayNode to, String id, int type) {
        to.addObject().putObject("Sequence").put("id", id).put("type_id", type);
    }

    private static void specialPiece(ArrayNode to, String token, int type) {
        to.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    }

    private static void specialToken(ObjectNode to, String token, Map<String, Integer> vocabulary) {
        ObjectNode node = to.putObject(token).put("id", token);
        node.putArray("ids").add(vocabulary.getOrDefault(token, 0));
        node.putArray("tokens").add(token);
    }

    private static void vocabulary(ObjectNode model, Map<String, Integer> vocabulary) {
        ObjectNode vocab = model.putObject("vocab");
        vocabulary.forEach(vocab::put);
    }

    private static String written(ObjectNode root) {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}
