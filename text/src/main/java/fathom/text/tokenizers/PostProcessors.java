package fathom.text.tokenizers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The post-processors of a tokenizer.json. */
final class PostProcessors {
    private PostProcessors() {}

    static PostProcessor of(JsonNode node, Tokenizer tokenizer) {
        return switch (Json.type(node)) {
            case "Sequence" -> new Chain(Json.list(node, "processors", n -> of(n, tokenizer)));
            case "ByteLevel" -> byteLevel(tokenizer, node);
            case "TemplateProcessing" -> new Template(node, tokenizer);
            case "BertProcessing" ->
                    fixed(
                            tokenizer,
                            List.of(
                                    special(node, "cls", 0),
                                    new Piece(0, 0, null),
                                    special(node, "sep", 0),
                                    new Piece(1, 1, null),
                                    special(node, "sep", 1)),
                            false);
            case "RobertaProcessing" -> {
                var roberta =
                        fixed(
                                tokenizer,
                                List.of(
                                        special(node, "cls", 0),
                                        new Piece(0, 0, null),
                                        special(node, "sep", 0),
                                        special(node, "sep", 0),
                                        new Piece(1, 0, null),
                                        special(node, "sep", 0)),
                                true);
                yield new Chain(List.of(byteLevel(tokenizer, node), roberta));
            }
            default ->
                    throw Json.unsupported(
                            "post-processor",
                            node,
                            "Sequence, TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel");
        };
    }

    /** An input, or special tokens. */
    private record Piece(int sequence, int type, int @Nullable [] ids) {}

    private static Piece special(JsonNode node, String field, int type) {
        JsonNode pair = node.path(field);
        if (!pair.isArray() || pair.size() != 2) {
            throw new IllegalArgumentException(
                    "%s: expected a token and its id as '%s'".formatted(Json.type(node), field));
        }
        return new Piece(-1, type, new int[] {pair.get(1).asInt()});
    }

    private static PostProcessor fixed(Tokenizer tokenizer, List<Piece> pair, boolean setsTypes) {
        return new Pieces(tokenizer, pair.subList(0, 3), pair, setsTypes);
    }

    /** Joins encodings with special tokens by a list of pieces. */
    private static class Pieces implements PostProcessor {
        private final Tokenizer tokenizer;
        private final List<Piece> single;
        private final List<Piece> pair;
        private final boolean setsTypes;

        /**
         * With pieces for one and for two inputs.
         *
         * @param setsTypes whether inputs get the type ids of the pieces even where special tokens are not added
         */
        Pieces(Tokenizer tokenizer, List<Piece> single, List<Piece> pair, boolean setsTypes) {
            this.tokenizer = tokenizer;
            this.single = single;
            this.pair = pair;
            this.setsTypes = setsTypes;
        }

        @Override
        public int added(boolean isPair) {
            int n = 0;
            for (Piece piece : isPair ? pair : single) {
                n += piece.ids() == null ? 0 : piece.ids().length;
            }
            return n;
        }

        @Override
        public List<Encoding> process(List<Encoding> inputs, boolean addSpecialTokens) {
            if (!addSpecialTokens && !setsTypes) {
                return inputs;
            }
            var result = new ArrayList<Encoding>();
            for (Piece piece : inputs.size() > 1 ? pair : single) {
                int[] ids = piece.ids();
                if (ids == null) {
                    result.add(inputs.get(piece.sequence()).withType(piece.type()));
                } else if (addSpecialTokens) {
                    result.add(Encoding.special(tokenizer, ids, piece.type()));
                }
            }
            return result;
        }
    }

    private static final class Template extends Pieces {
        Template(JsonNode node, Tokenizer tokenizer) {
            this(node, tokenizer, specials(node));
        }

        private Template(JsonNode node, Tokenizer tokenizer, Map<String, int[]> specials) {
            super(
                    tokenizer,
                    pieces(node.path("single"), specials, "single"),
                    pieces(node.path("pair"), specials, "pair"),
                    true);
        }

        private static Map<String, int[]> specials(JsonNode node) {
            var specials = new HashMap<String, int[]>();
            for (var entry : node.path("special_tokens").properties()) {
                JsonNode ids = entry.getValue().path("ids");
                var all = new int[ids.size()];
                for (int i = 0; i < all.length; i++) {
                    all[i] = ids.get(i).asInt();
                }
                specials.put(entry.getKey(), all);
            }
            return specials;
        }

        private static List<Piece> pieces(JsonNode template, Map<String, int[]> specials, String name) {
            var pieces = new ArrayList<Piece>();
            for (JsonNode node : template) {
                if (node.has("Sequence")) {
                    JsonNode of = node.path("Sequence");
                    pieces.add(
                            new Piece(of.path("id").asString().equals("B") ? 1 : 0, of.path("type_id").asInt(0), null));
                } else if (node.has("SpecialToken")) {
                    JsonNode of = node.path("SpecialToken");
                    int[] ids = specials.get(of.path("id").asString());
                    if (ids == null) {
                        throw new IllegalArgumentException(
                                "TemplateProcessing: '%s' is not among the special_tokens".formatted(of.path("id")));
                    }
                    pieces.add(new Piece(-1, of.path("type_id").asInt(0), ids));
                } else {
                    throw new IllegalArgumentException(
                            "TemplateProcessing: '%s' has a piece %s, neither Sequence nor SpecialToken"
                                    .formatted(name, node));
                }
            }
            return pieces;
        }
    }

    /** One after another. */
    private record Chain(List<PostProcessor> all) implements PostProcessor {
        @Override
        public List<Encoding> process(List<Encoding> inputs, boolean addSpecialTokens) {
            List<Encoding> encodings = inputs;
            for (PostProcessor each : all) {
                encodings = each.process(encodings, addSpecialTokens);
            }
            return encodings;
        }

        @Override
        public int added(boolean isPair) {
            return all.stream().mapToInt(p -> p.added(isPair)).sum();
        }
    }

    /** Byte-level words begin with a space, which spans may leave out; ids are not changed. */
    private static PostProcessor byteLevel(Tokenizer tokenizer, JsonNode node) {
        boolean trims = Json.flag(node, "trim_offsets", true);
        boolean prefix = Json.flag(node, "add_prefix_space", true);
        return new PostProcessor() {
            @Override
            public List<Encoding> process(List<Encoding> inputs, boolean addSpecialTokens) {
                return trims ? inputs.stream().map(e -> trimmed(e, tokenizer, prefix)).toList() : inputs;
            }

            @Override
            public int added(boolean isPair) {
                return 0;
            }
        };
    }

    private static Encoding trimmed(Encoding e, Tokenizer tokenizer, boolean prefix) {
        int[] starts = e.starts.clone();
        int[] ends = e.ends.clone();
        char space = ByteChars.of((byte) ' ');
        for (int i = 0; i < starts.length; i++) {
            String token = tokenizer.token(e.ids[i]);
            int leading = 0;
            while (leading < token.length() && isSpace(token.charAt(leading), space)) {
                leading++;
            }
            int trailing = 0;
            while (trailing < token.length() && isSpace(token.charAt(token.length() - 1 - trailing), space)) {
                trailing++;
            }
            if (leading > 0) {
                // the space before the first word was not in the input
                boolean isAdded = i == 0 || starts[i] == 0;
                starts[i] = Math.min(starts[i] + (isAdded && prefix ? leading - 1 : leading), ends[i]);
            }
            if (trailing > 0 && ends[i] >= trailing) {
                ends[i] = Math.max(ends[i] - trailing, starts[i]);
            }
        }
        return new Encoding(e.tokenizer, e.ids, e.typeIds, starts, ends, e.sequences, 0, 0);
    }

    private static boolean isSpace(char c, char byteSpace) {
        return c == byteSpace || CharClasses.isWhiteSpace(c);
    }
}
