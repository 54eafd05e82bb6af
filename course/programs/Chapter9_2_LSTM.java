import module fathom;
import static fathom.Tensors.*;

/** The course's section 9.2, Long Short-Term Memory: the gates and the cell by hand, then the layer. */
final int HIDDEN = 256;

/** The hidden states of all steps by the formulas, {@code [T, B, H]}. */
Tensor byHand(Tensor inputs, Tensor hidden, Tensor cell, LSTM lstm) {
    var w = lstm.namedParameters();
    var outputs = new ArrayList<Tensor>();
    var h = hidden;
    var c = cell;
    for (long t = 0; t < inputs.size(0); t++) {
        var gates = linear(inputs.select(0, t), w.get("weight_ih_l0"), w.get("bias_ih_l0"))
                .add(linear(h, w.get("weight_hh_l0"), w.get("bias_hh_l0")))
                .chunk(4, 1);
        var input = gates.get(0).sigmoid();
        var forget = gates.get(1).sigmoid();
        var candidate = gates.get(2).tanh();
        var output = gates.get(3).sigmoid();
        c = forget.mul(c).add(input.mul(candidate));
        h = output.mul(c.tanh());
        outputs.add(h);
    }
    return stack(outputs, 0);
}

void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var lstm = new LSTM(vocabulary.size(), HIDDEN);
    var x = oneHot(randint(0, 28, 35, 2), 28).to(FLOAT32);
    var y = byHand(x, zeros(2, HIDDEN), zeros(2, HIDDEN), lstm);
    IO.println(lstm.forward(x).output().allclose(y, 1e-4, 1e-5));                           //> true

    var net = new StatefulLanguageModel(new RecurrentLanguageModel(lstm), 32);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1).progress(false))
            .fit(Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35), Epochs.of(500));
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu"
            .formatted(Math.exp(run.last().loss()), run.examplesPerSecond() * 35));
    IO.println("the model has learned: " + (Math.exp(run.last().loss()) < 2));     //> the model has learned: true
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
