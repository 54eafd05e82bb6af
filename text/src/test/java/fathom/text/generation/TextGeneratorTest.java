package fathom.text.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.text.decoder.Decoders;
import fathom.text.generation.GeneratedText.Ending;
import fathom.text.tokenizers.Tokenizer;
import fathom.text.tokenizers.TokenizerKind;
import fathom.text.tokenizers.TokenizerTrainer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TextGeneratorTest {
    private static final Tokenizer LETTERS =
            TokenizerTrainer.characters(List.of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12345678"));
    private static final CausalLM NET = Decoders.net("llama");
    private static final String PROMPT = "Fathom";

    @Test
    void aStepIsOnePlanForAllTokensAndFurtherTexts() {
        var session = new DecodingSession(NET, 1, 32);
        try (var off = Autograd.noGrad()) {
            for (int text = 0; text < 2; text++) {
                Tensor next = session.first(session.prefill(List.of(new long[] {1, 2, 3})));
                var tokens = new ArrayList<Long>();
                for (int i = 0; i < 16; i++) {
                    if (text == 1 || i > 6) {
                        assertThat(session.hasPlan(next))
                                .as("text %s, token %s: %s", text, i, session.eagerReason())
                                .isTrue();
                    }
                    tokens.add(next.itemLong());
                    next = session.next(next);
                }
                Tensor whole = Tensors.tensor(new long[] {1, 2, 3}).unsqueeze(0);
                for (long token : tokens) {
                    assertThat(NET.forward(whole).select(1, -1).argmax(-1).itemLong()).isEqualTo(token);
                    whole = Tensors.cat(List.of(whole, Tensors.tensor(new long[][] {{token}})), 1);
                }
            }
        }
    }

    @Test
    void textsOfABatchAreThoseOfEachPromptAlone() {
        var generator = new TextGenerator(NET, LETTERS);
        List<String> prompts = List.of("a", "Deep Learning", "xyzw");
        List<GeneratedText> together = generator.generate(prompts, o -> o.maxTokens(10));
        for (int i = 0; i < prompts.size(); i++) {
            assertThat(together.get(i)).isEqualTo(generator.generate(prompts.get(i), o -> o.maxTokens(10)));
            assertThat(together.get(i).ending()).isEqualTo(Ending.LENGTH);
            assertThat(together.get(i).tokens()).hasSize(10);
        }
        assertThat(generator.generate(List.of(), o -> {})).isEmpty();
    }

    @Test
    void aSeedRepeatsATextAndOptionsThatChangeAreHeeded() {
        var generator = new TextGenerator(NET, LETTERS);
        GeneratedText greedy = generator.generate(PROMPT, o -> o.maxTokens(12));
        GeneratedText one = generator.generate(PROMPT, o -> o.maxTokens(12).temperature(2).seed(5));
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12).temperature(2).seed(5))).isEqualTo(one);
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12).temperature(2).seed(6))).isNotEqualTo(one);
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12).topK(1).seed(7)).tokens())
                .isEqualTo(greedy.tokens());
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12).topP(1e-6).seed(7)).tokens())
                .isEqualTo(greedy.tokens());
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12).minP(1).seed(7)).tokens())
                .isEqualTo(greedy.tokens());
        GeneratedText varied = generator.generate(PROMPT, o -> o.maxTokens(26).repetitionPenalty(1e6));
        assertThat(new HashSet<>(varied.tokens())).hasSize(26);
        assertThat(varied.text()).doesNotContainPattern("[Fathom]");
        assertThat(generator.generate(PROMPT, o -> o.maxTokens(12))).isEqualTo(greedy);
    }

    @Test
    void textEndsAtStopTokensStopWordsTheLastPositionAndByRequest() {
        var generator = new TextGenerator(NET, LETTERS);
        GeneratedText whole = generator.generate(PROMPT, o -> o.maxTokens(12));
        int third = whole.tokens().get(2);
        int at = whole.tokens().indexOf(third);
        GeneratedText stopped = generator.generate(PROMPT, o -> o.maxTokens(12).stopTokens(third));
        assertThat(stopped.tokens()).isEqualTo(whole.tokens().subList(0, at));
        assertThat(stopped.ending()).isEqualTo(Ending.STOP_TOKEN);
        String word = whole.text().substring(4, 6);
        var pieces = new ArrayList<String>();
        GeneratedText before =
                generator.generate(PROMPT, o -> o.maxTokens(12).stopWords("never", word).onText(pieces::add));
        assertThat(before.text()).isEqualTo(whole.text().substring(0, whole.text().indexOf(word)));
        assertThat(before.ending()).isEqualTo(Ending.STOP_WORD);
        assertThat(String.join("", pieces)).isEqualTo(before.text());
        GeneratedText full = generator.generate(PROMPT, o -> o.maxTokens(1000));
        assertThat(full.tokens()).hasSize(32 - PROMPT.length());
        GeneratedText beyond = generator.generate(PROMPT, o -> o.maxTokens(70).slide(true));
        assertThat(beyond.tokens()).hasSize(70).startsWith(full.tokens().toArray(Integer[]::new));
        long[] kept = beyond.tokens().subList(11, 27).stream().mapToLong(t -> t).toArray();
        assertThat(generator.generateFromIds(List.of(kept), o -> o.maxTokens(15)).getFirst().tokens())
                .isEqualTo(beyond.tokens().subList(27, 42));
        assertThat(generator.generate("a".repeat(50), o -> o.maxTokens(3).slide(true)).tokens()).hasSize(3);
        var asked = new AtomicInteger();
        GeneratedText cancelled =
                generator.generate(PROMPT, o -> o.maxTokens(12).cancelled(() -> asked.incrementAndGet() == 4));
        assertThat(cancelled.tokens()).isEqualTo(whole.tokens().subList(0, 4));
        assertThat(cancelled.ending()).isEqualTo(Ending.CANCELLED);
    }

    @Test
    void wrongRequestsAreRefusedWithWhatToDo() {
        var generator = new TextGenerator(NET, LETTERS);
        assertThatThrownBy(() -> generator.generate("")).hasMessage("generate: a prompt has no token");
        assertThatThrownBy(() -> generator.generate("a".repeat(32))).hasMessageContaining("32 positions");
        assertThatThrownBy(() -> generator.generate("a", o -> o.topP(0))).hasMessageContaining("topP: must be above 0");
        assertThatThrownBy(() -> generator.generate("a", o -> o.temperature(-1))).hasMessageContaining("temperature");
        assertThatThrownBy(() -> generator.generate("a", o -> o.maxTokens(0))).hasMessageContaining("maxTokens");
        assertThatThrownBy(() -> generator.generate("a", o -> o.stopWords(""))).hasMessageContaining("stopWords");
    }

    @Test
    void piecesAreWholeCharactersWhereTokensAreBytes() {
        List<String> texts = List.of("深度学习 👍🏽 naïve");
        Tokenizer bytes = TokenizerTrainer.train(TokenizerKind.GPT2, texts, o -> o.vocabularySize(257));
        var net =
                CausalLM.of(
                        DecoderConfig.of(
                                DecoderKind.LLAMA,
                                c -> c.vocabSize(bytes.size()).hiddenSize(16).heads(2).layers(1).maxPositions(128)));
        var pieces = new ArrayList<String>();
        GeneratedText text =
                new TextGenerator(net, bytes)
                        .generate("深", o -> o.maxTokens(60).temperature(1).seed(3).onText(pieces::add));
        assertThat(String.join("", pieces)).isEqualTo(text.text());
        for (String piece : pieces) {
            assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
            assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1))).isFalse();
        }
        long[] ids = text.tokens().stream().mapToLong(t -> t).toArray();
        assertThat(text.text()).isEqualTo(bytes.decode(ids));
    }

    @Test
    void beamSearchFindsTheMostProbableText() {
        CausalLM small = smallNet();
        Tokenizer letters = TokenizerTrainer.characters(List.of("abcd"));
        var generator = new TextGenerator(small, letters);
        long[] prompt = {1, 2};
        GeneratedText best =
                generator.generateFromIds(List.of(prompt), o -> o.beams(25).maxTokens(3).lengthPenalty(0)).getFirst();
        double most = Double.NEGATIVE_INFINITY;
        List<Integer> expected = List.of();
        for (int code = 0; code < 125; code++) {
            List<Integer> tokens = List.of(code / 25, code / 5 % 5, code % 5);
            double p = logProbability(small, prompt, tokens);
            if (p > most) {
                most = p;
                expected = tokens;
            }
        }
        assertThat(best.tokens()).isEqualTo(expected);
        List<GeneratedText> two =
                generator.generateFromIds(
                        List.of(prompt, new long[] {3}), o -> o.beams(25).maxTokens(3).lengthPenalty(0));
        assertThat(two.getFirst()).isEqualTo(best);
    }

    private static CausalLM smallNet() {
        return Decoders.fill(
                CausalLM.of(
                        DecoderConfig.of(
                                DecoderKind.LLAMA,
                                c -> c.vocabSize(5).hiddenSize(8).heads(2).layers(1).maxPositions(16))));
    }

    private static double logProbability(CausalLM net, long[] prompt, List<Integer> tokens) {
        var all = new ArrayList<Long>();
        for (long p : prompt) {
            all.add(p);
        }
        tokens.forEach(t -> all.add((long) t));
        Tensor ids = Tensors.tensor(all.stream().mapToLong(t -> t).toArray()).unsqueeze(0);
        Tensor scores = net.forward(ids).logSoftmax(-1).get(0);
        double sum = 0;
        for (int i = 0; i < tokens.size(); i++) {
            sum += scores.get(prompt.length + i - 1, tokens.get(i)).item();
        }
        return sum;
    }

    @Test
    void samplingFollowsTheProbabilitiesOfTheTokensLeft() {
        double[] p = {0.4, 0.3, 0.2, 0.1};
        Tensor logits = Tensors.tensor(p).to(fathom.DType.FLOAT32).log().expand(20_000, 4);
        assertThat(shares(new Sampling(1, 0, 1, 0), logits)).satisfies(s -> near(s, 0.4, 0.3, 0.2, 0.1));
        assertThat(shares(new Sampling(0.5, 0, 1, 0), logits))
                .satisfies(s -> near(s, 0.16 / 0.3, 0.09 / 0.3, 0.04 / 0.3, 0.01 / 0.3));
        assertThat(shares(new Sampling(1, 2, 1, 0), logits)).satisfies(s -> near(s, 4 / 7.0, 3 / 7.0, 0, 0));
        assertThat(shares(new Sampling(1, 0, 0.6, 0), logits)).satisfies(s -> near(s, 4 / 7.0, 3 / 7.0, 0, 0));
        assertThat(shares(new Sampling(1, 3, 0.95, 0), logits)).satisfies(s -> near(s, 4 / 9.0, 3 / 9.0, 2 / 9.0, 0));
        assertThat(shares(new Sampling(1, 0, 1, 0.45), logits)).satisfies(s -> near(s, 4 / 9.0, 3 / 9.0, 2 / 9.0, 0));
        assertThat(shares(Sampling.GREEDY, logits)).satisfies(s -> near(s, 1, 0, 0, 0));
    }

    private static double[] shares(Sampling sampling, Tensor logits) {
        long[] drawn = new fathom.Generator(1).with(() -> sampling.sample(logits)).toLongArray();
        var shares = new double[4];
        for (long token : drawn) {
            shares[(int) token] += 1.0 / drawn.length;
        }
        return shares;
    }

    private static void near(double[] shares, double... expected) {
        for (int i = 0; i < shares.length; i++) {
            // five standard deviations of 20,000 draws
            assertThat(Math.abs(shares[i] - expected[i])).isLessThanOrEqualTo(expected[i] == 0 ? 0 : 0.018);
        }
    }

    @Test
    void stopWordsAreHeldBackUntilTheyCannotBecomeOne() {
        var stop = new StopWords(List.of("END", "Eve"));
        assertThat(stop.next("aE")).isEqualTo("a");
        assertThat(stop.next("N")).isEmpty();
        assertThat(stop.next("x")).isEqualTo("ENx");
        assertThat(stop.next("EEve more")).isEqualTo("E");
        assertThat(stop.isFound()).isTrue();
        assertThat(stop.end()).isEmpty();
        var none = new StopWords(List.of("END"));
        assertThat(none.next("EN")).isEmpty();
        assertThat(none.end()).isEqualTo("EN");
        assertThat(new StopWords(List.of()).next("all")).isEqualTo("all");
    }
}
