import module fathom;
import static fathom.Tensors.*;

/** The course's section 10.1, Attention Cues: attention weights as a heat map. */
void main() throws IOException {
    // a query that equals a key attends to it alone
    var weights = eye(10).reshape(1, 1, 10, 10);
    Plot.heatmaps(weights, h -> h.xLabel("Keys").yLabel("Queries")).save("attention.svg");
    // weights are not negative, and their sum is 1
    manualSeed(0);
    var random = rand(10, 10).softmax(1);
    IO.println(random.sum(1).allclose(ones(10)));                   //> true
    Plot.heatmap(random, h -> h.title("random").xLabel("Keys").yLabel("Queries")).save("random.svg");
}
