import module fathom;
import static fathom.Tensors.*;

/** A character model that writes: a GRU learns the letters of The Time Machine and continues a text (chapter 9.1). */
void main() {
    manualSeed(0);
    var letters = Tokens.CHARACTERS.of(TimeMachine.text()).subList(0, 10_000);
    var vocabulary = Vocabulary.of(letters);
    var batches = Sequences.sequentialPartition(vocabulary.indices(letters), 32, 35);

    var net = new StatefulLanguageModel(new GRULanguageModel(vocabulary.size(), 256), 32);
    var run = new Trainer(net.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1).progress(false))
            .fit(batches, Epochs.of(300));

    IO.println("perplexity below 2: " + (Math.exp(run.last().loss()) < 2));      //> perplexity below 2: true
    IO.println(net.generate(Tokens.CHARACTERS.of("time traveller"), 50, vocabulary));
}
