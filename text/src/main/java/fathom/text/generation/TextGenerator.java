package fathom.text.generation;

import fathom.Autograd;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.text.decoder.CausalLM;
import fathom.text.generation.GeneratedText.Ending;
import fathom.text.tokenizers.StreamDecoder;
import fathom.text.tokenizers.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Text written by a decoder: greedily, by sampling, or by beam search; one text or several at once.
 *
 * {@snippet :
 * var generator = new TextGenerator(CausalLM.fromPretrained(folder), Tokenizer.load(folder));
 * generator.generate("Once upon a time", o -> o.maxTokens(200).temperature(0.8).topP(0.95).seed(1)
 *         .stopWords("The end").onText(IO::print));
 * }
 *
 * <p>A generator keeps the memory for keys and values and the captured step for its last batch size, so that a further
 * text of the same length costs no further plan. Calls from several threads are serialised.
 */
public final class TextGenerator {
    private static final long CAPACITY_STEP = 128;

    private final CausalLM net;
    private final Tokenizer tokenizer;
    private final Map<Integer, DecodingSession> sessions = new HashMap<>();

    /** A generator of a network, with the tokenizer that it was trained with. */
    public TextGenerator(CausalLM net, Tokenizer tokenizer) {
        this.net = net;
        this.tokenizer = tokenizer;
    }

    /** {@return the most probable continuation of a prompt, of 50 tokens at most} */
    public GeneratedText generate(String prompt) {
        return generate(prompt, o -> {});
    }

    /**
     * {@return the continuation of a prompt}
     *
     * @throws IllegalArgumentException if the prompt has no token, and the configuration none that begins texts, or if
     *     it fills the network's positions
     */
    public GeneratedText generate(String prompt, Consumer<GenerationOptions> options) {
        return generate(List.of(prompt), options).getFirst();
    }

    /**
     * {@return the continuation of each prompt; the network reads and writes all of them at once}
     *
     * @throws IllegalArgumentException as {@link #generate(String, Consumer)} does
     */
    public List<GeneratedText> generate(List<String> prompts, Consumer<GenerationOptions> options) {
        return generateFromIds(prompts.stream().map(this::ids).toList(), options);
    }

    private long[] ids(String prompt) {
        long[] ids = tokenizer.encode(prompt).ids();
        Integer bos = net.config().bosTokenId();
        if (ids.length == 0 && bos != null) {
            return new long[] {bos};
        }
        return ids;
    }

    /**
     * {@return the continuation of each prompt of token ids}
     *
     * @throws IllegalArgumentException as {@link #generate(String, Consumer)} does
     */
    public synchronized List<GeneratedText> generateFromIds(List<long[]> prompts, Consumer<GenerationOptions> options) {
        var o = new GenerationOptions();
        options.accept(o);
        if (prompts.isEmpty()) {
            return List.of();
        }
        int longest = 0;
        for (long[] prompt : prompts) {
            if (prompt.length == 0) {
                throw new IllegalArgumentException("generate: a prompt has no token");
            }
            longest = Math.max(longest, prompt.length);
        }
        long positions = net.config().maxLength();
        boolean slides = o.slidesOn() && o.beams() == 1;
        if (longest >= positions && !slides) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "generate: a prompt of %d tokens leaves no room to write: the network has %d positions",
                            longest,
                            positions));
        }
        int most = slides ? o.maxTokens() : Math.toIntExact(Math.min(o.maxTokens(), positions - longest));
        long capacity = Math.min(positions, (long) longest + most);
        boolean training = net.isTraining();
        net.eval();
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            if (o.beams() > 1) {
                return beams(prompts, o, capacity, most);
            }
            DecodingSession session = session(prompts.size(), capacity);
            session.configure(o.sampling(), o.repetitionPenalty());
            Long seed = o.seed();
            return seed == null
                    ? write(session, prompts, o, most)
                    : new Generator(seed).with(() -> write(session, prompts, o, most));
        } finally {
            net.train(training);
        }
    }

    /** {@return the session of a batch size, with memory for so many tokens} */
    private DecodingSession session(int batch, long tokens) {
        DecodingSession kept = sessions.get(batch);
        if (kept != null && kept.cache().capacity() >= tokens && kept.fits(net)) {
            return kept;
        }
        long capacity = Math.min(net.config().maxLength(), Math.ceilDiv(tokens, CAPACITY_STEP) * CAPACITY_STEP);
        var session = new DecodingSession(net, batch, capacity);
        sessions.clear();
        sessions.put(batch, session);
        return session;
    }

    private List<GeneratedText> write(DecodingSession session, List<long[]> prompts, GenerationOptions o, int most) {
        Set<Integer> stops = o.stopTokens(net.config().eosTokenIds());
        var rows = new ArrayList<Row>();
        for (int i = 0; i < prompts.size(); i++) {
            rows.add(new Row(i, prompts.get(i), o));
        }
        long capacity = session.cache().capacity();
        List<long[]> read = rows.stream().map(r -> r.last(capacity - 1, Math.max(1, capacity / 2))).toList();
        int held = read.stream().mapToInt(k -> k.length).max().orElse(0);
        Tensor next = session.first(session.prefill(read));
        for (int written = 1; ; written++) {
            long[] tokens = next.toLongArray();
            for (int i = 0; i < tokens.length; i++) {
                rows.get(i).add(Math.toIntExact(tokens[i]), stops);
            }
            boolean ended = rows.stream().noneMatch(Row::isWriting);
            Ending ending = o.isCancelled() ? Ending.CANCELLED : written == most ? Ending.LENGTH : null;
            if (ended || ending != null) {
                return rows.stream().map(r -> r.end(ending == null ? Ending.LENGTH : ending)).toList();
            }
            if (++held <= capacity) {
                next = session.next(next);
            } else {
                // the last half of the positions is read anew, as the first tokens
                List<long[]> kept = rows.stream().map(r -> r.last(capacity / 2, Math.max(1, capacity / 2))).toList();
                held = kept.stream().mapToInt(k -> k.length).max().orElse(0);
                next = session.first(session.prefill(kept));
            }
        }
    }

    private List<GeneratedText> beams(List<long[]> prompts, GenerationOptions o, long tokens, int most) {
        Set<Integer> stops = o.stopTokens(net.config().eosTokenIds());
        DecodingSession session = session(prompts.size() * o.beams(), tokens);
        session.configure(Sampling.GREEDY, 1);
        var found = new BeamDecoding(session, prompts, o, stops, most).run();
        var texts = new ArrayList<GeneratedText>();
        for (int i = 0; i < found.size(); i++) {
            var best = found.get(i);
            var row = new Row(i, prompts.get(i), o);
            best.tokens().forEach(t -> row.add(t, Set.of()));
            texts.add(row.end(best.ended() ? Ending.STOP_TOKEN : o.isCancelled() ? Ending.CANCELLED : Ending.LENGTH));
        }
        return texts;
    }

    /** One text that is being written. */
    private final class Row {
        private static final int CONTEXT = 8;

        private final int number;
        private final long[] prompt;
        private final GenerationOptions options;
        private final StreamDecoder decoder = tokenizer.streamDecoder();
        private final StopWords stopWords;
        private final StringBuilder text = new StringBuilder();
        private final List<Integer> tokens = new ArrayList<>();
        private @Nullable Ending ending;

        Row(int number, long[] prompt, GenerationOptions options) {
            this.number = number;
            this.prompt = prompt;
            this.options = options;
            stopWords = new StopWords(options.stopWords());
            // spaces depend on the tokens before
            for (int i = Math.max(0, prompt.length - CONTEXT); i < prompt.length; i++) {
                decoder.next(prompt[i]);
            }
        }

        /** {@return all tokens, with the prompt's, if they are at most so many; else the last ones} */
        long[] last(long most, long otherwise) {
            long[] all = LongStream.concat(Arrays.stream(prompt), tokens.stream().mapToLong(t -> t)).toArray();
            return all.length <= most ? all : Arrays.copyOfRange(all, (int) (all.length - otherwise), all.length);
        }

        boolean isWriting() {
            return ending == null;
        }

        void add(int token, Set<Integer> stops) {
            if (ending != null) {
                return;
            }
            if (stops.contains(token)) {
                finish(Ending.STOP_TOKEN);
                return;
            }
            tokens.add(token);
            give(stopWords.next(decoder.next(token)));
            if (stopWords.isFound()) {
                ending = Ending.STOP_WORD;
            }
        }

        private void finish(Ending why) {
            give(stopWords.next(decoder.end()));
            give(stopWords.end());
            ending = stopWords.isFound() ? Ending.STOP_WORD : why;
        }

        private void give(String piece) {
            text.append(piece);
            var listener = options.listener();
            if (listener != null && !piece.isEmpty()) {
                listener.text(number, piece);
            }
        }

        GeneratedText end(Ending otherwise) {
            if (ending == null) {
                finish(otherwise);
            }
            return new GeneratedText(text.toString(), tokens, ending == null ? otherwise : ending);
        }
    }
}
