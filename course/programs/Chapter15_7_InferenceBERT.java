import module fathom;
import static fathom.Tensors.*;

static final int EPOCHS = 5;

/**
 * The course's section 15.7, Natural Language Inference: Fine-Tuning BERT. The recipe fine-tunes the model of a folder,
 * option weights; without one it pretrains a small model on the training texts first.
 */
void main() {
    var result = Recipes.train(
            "entailment-bert",
            o -> o.epochs(EPOCHS).option("pretrainEpochs", "2").folder(Path.of("run")).progress(false));
    result.report().forEach(IO::println);

    var run = TrainedRun.open(Path.of("run"));
    IO.println(run.recipe().name());                                //> entailment-bert
    var classifier = (BertClassifier) result.net();
    IO.println(classifier.model().config().labels());               //> [entailment, contradiction, neutral]
}
