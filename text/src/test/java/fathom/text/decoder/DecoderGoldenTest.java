package fathom.text.decoder;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Formula;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.testkit.TensorAssert;
import fathom.text.generation.TextGenerator;
import fathom.text.tokenizers.TokenizerTrainer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decoders against those written from the papers in {@code tools/golden/decoders.py}. */
class DecoderGoldenTest {
    static Stream<GoldenCase> cases() {
        return Golden.load("golden/decoders.safetensors").cases().stream();
    }

    static Stream<GoldenCase> kinds() {
        return cases().filter(c -> !c.name().contains("/") || c.name().endsWith("window"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void logitsAndAGradientAreThePapers(GoldenCase golden) {
        CausalLM net = Decoders.net(golden.name());
        Tensor mask = golden.hasTensor("mask") ? golden.tensor("mask") : null;
        Tensor logits = net.forward(golden.in(0), c -> c.attentionMask(mask));
        Tensor kept = mask == null ? logits : logits.mul(mask.unsqueeze(-1));
        close(kept, golden.out(0), golden.name());
        kept.mul(Formula.of("up", kept.shape().dims()).to(DType.FLOAT32)).sum().backward();
        Tensor weight = Objects.requireNonNull(net.namedParameters().get(golden.get("weight")));
        close(Objects.requireNonNull(weight.grad()), golden.tensor("gradient"), golden.get("weight"));
    }

    private static void close(Tensor actual, Tensor expected, String what) {
        double scale = expected.abs().max().item();
        TensorAssert.assertThat(actual.detach().to(DType.FLOAT64)).as(what).isCloseTo(expected, 1e-5, 1e-5 * scale);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void eachTokenFromTheCacheHasTheLogitsOfTheFullForward(GoldenCase golden) {
        CausalLM net = Decoders.net(golden.name());
        if (golden.name().equals("llama/dynamic")) {
            return; // its base grows with the text, also of keys that a cache holds already
        }
        try (var off = Autograd.noGrad()) {
            Tensor ids = golden.in(0);
            Tensor full = net.forward(ids);
            var cache = new StaticCache(net, 2, 16);
            Tensor first = net.forward(ids.narrow(1, 0, 3), c -> c.cache(cache));
            close(first, full.narrow(1, 0, 3).to(DType.FLOAT64), "prompt");
            Tensor two = net.forward(ids.narrow(1, 3, 2), c -> c.cache(cache));
            close(two, full.narrow(1, 3, 2).to(DType.FLOAT64), "two tokens at once");
            for (int i = 5; i < ids.size(1); i++) {
                Tensor one = net.forward(ids.narrow(1, i, 1), c -> c.cache(cache));
                close(one, full.narrow(1, i, 1).to(DType.FLOAT64), "token " + i);
            }
            assertThat(cache.lengths().toLongArray()).containsExactly(11, 11);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void greedyContinuationsAreThePapers(GoldenCase golden) {
        var letters =
                TokenizerTrainer.characters(List.of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ12345678"));
        assertThat(letters.size()).isEqualTo(Decoders.VOCABULARY);
        var generator = new TextGenerator(Decoders.net(golden.name()), letters);
        long[] prompt = golden.in(0).get(0).toLongArray();
        long[] expected = golden.tensor("greedy").flatten().toLongArray();
        for (int i = 0; i < 2; i++) {
            var text = generator.generateFromIds(List.of(prompt), o -> o.maxTokens(8)).getFirst();
            assertThat(text.tokens()).isEqualTo(Arrays.stream(expected).mapToObj(t -> (int) t).toList());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void promptsOfDifferentLengthsAreWrittenAsAlone(GoldenCase golden) {
        if (golden.name().equals("llama/dynamic")) {
            return;
        }
        CausalLM net = Decoders.net(golden.name());
        try (var off = Autograd.noGrad()) {
            Tensor ids = golden.in(0);
            Tensor lengths = Tensors.tensor(new long[] {3, 7});
            var cache = new StaticCache(net, 2, 20);
            Tensor last = net.forward(ids.narrow(1, 0, 7), c -> c.cache(cache).lengths(lengths).lastOnly(true));
            for (int row = 0; row < 2; row++) {
                int n = row == 0 ? 3 : 7;
                Tensor alone = net.forward(ids.narrow(0, row, 1).narrow(1, 0, n)).narrow(1, n - 1, 1);
                close(last.narrow(0, row, 1), alone.to(DType.FLOAT64), "row " + row);
            }
            Tensor next = Tensors.tensor(new long[] {5, 6}).unsqueeze(1);
            Tensor after = net.forward(next, c -> c.cache(cache));
            for (int row = 0; row < 2; row++) {
                int n = row == 0 ? 3 : 7;
                Tensor text = Tensors.cat(List.of(ids.narrow(0, row, 1).narrow(1, 0, n), next.narrow(0, row, 1)), 1);
                close(after.narrow(0, row, 1), net.forward(text).narrow(1, n, 1).to(DType.FLOAT64), "row " + row);
            }
        }
    }
}
