import module fathom;
import static fathom.Tensors.*;

/**
 * The course's section 9.4, Bidirectional Recurrent Neural Networks: where sequences end in different places, the
 * reverse direction begins there; and the mistake of predicting the next character with one that has read it.
 */
void main() {
    manualSeed(0);
    var gru = new GRU(3, 4, o -> o.bidirectional(true));
    var x = rand(5, 2, 3);
    var padded = gru.forward(x, null, tensor(new long[] {5, 2}));
    var alone = gru.forward(x.narrow(1, 1, 1).narrow(0, 0, 2));
    IO.println(padded.output().shape() + " " + padded.hidden().shape());            //> [5, 2, 8] [2, 2, 4]
    IO.println(padded.hidden().narrow(1, 1, 1).allclose(alone.hidden()));           //> true
    IO.println(padded.output().get("2:, 1").eq(0).all().itemBoolean());             //> true

    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var lstm = new LSTM(vocabulary.size(), 256, o -> o.numLayers(2).bidirectional(true));
    var net = new StatefulLanguageModel(new RecurrentLanguageModel(lstm), 32);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1).progress(false))
            .fit(Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35), Epochs.of(500));
    IO.println("perplexity %.1f, %.1f tokens/sec on cpu"
            .formatted(Math.exp(run.last().loss()), run.examplesPerSecond() * 35));
    IO.println("the model has learned: " + (Math.exp(run.last().loss()) < 2));     //> the model has learned: true
    // a low perplexity, and yet nonsense
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
