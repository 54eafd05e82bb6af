import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.4, Anchor Boxes: anchors, their targets in training, and predictions made of them. */
void main() throws IOException {
    // Generating multiple anchor boxes
    var image = CoursePictures.catDog();
    long h = image.size(1), w = image.size(2);
    var anchors = Anchors.multiboxPrior(rand(1, 3, h, w), new double[] {0.75, 0.5, 0.25}, new double[] {1, 2, 0.5});
    IO.println(anchors.shape());                         //> [1, 2042040, 4]
    var boxes = anchors.reshape(h, w, 5, 4);
    IO.println(boxes.get(250, 250, 0));                  //> tensor([0.0551, 0.0715, 0.6331, 0.8215])
    var scale = tensor((double) w, h, w, h).to(FLOAT32);
    Plot.image(image, o -> o.boxes(boxes.get(250, 250).mul(scale),
            "s=0.75, r=1", "s=0.5, r=1", "s=0.25, r=1", "s=0.75, r=2", "s=0.75, r=0.5"))
        .save("anchors.png");

    // Labeling anchor boxes in training data
    var truth = tensor(new double[][] {{0, 0.1, 0.08, 0.52, 0.92}, {1, 0.55, 0.2, 0.9, 0.88}}, FLOAT32);
    var candidates = tensor(new double[][] {
        {0, 0.1, 0.2, 0.3}, {0.15, 0.2, 0.4, 0.4}, {0.63, 0.05, 0.88, 0.98}, {0.66, 0.45, 0.8, 0.8}, {0.57, 0.3, 0.92, 0.9}}, FLOAT32);
    Plot.image(image, o -> o.boxes(truth.narrow(1, 1, 4).mul(scale), "dog", "cat").boxes(candidates.mul(scale), "0", "1", "2", "3", "4"))
        .save("candidates.png");
    var target = Anchors.multiboxTarget(candidates.unsqueeze(0), truth.unsqueeze(0));
    IO.println(target.label());                          //> tensor([[0, 1, 2, 0, 2]])
    IO.println(target.mask());
    //> tensor([[0., 0., 0., 0., 1., 1., 1., 1., 1., 1., 1., 1., 0., 0., 0., 0., 1., 1.,
    //>          1., 1.]])
    for (float[] row : target.offset().reshape(5, 4).toArray(float[][].class)) {
        IO.println("%9.2e %9.2e %9.2e %9.2e".formatted(row[0], row[1], row[2], row[3]));
    }
    //> -0.00e+00 -0.00e+00 -0.00e+00 -0.00e+00
    //>  1.40e+00  1.00e+01  2.59e+00  7.18e+00
    //> -1.20e+00  2.69e-01  1.68e+00 -1.57e+00
    //> -0.00e+00 -0.00e+00 -0.00e+00 -0.00e+00
    //> -5.71e-01 -1.00e+00  4.17e-06  6.26e-01

    // Predicting bounding boxes with non-maximum suppression
    var predicted = tensor(new double[][] {
        {0.1, 0.08, 0.52, 0.92}, {0.08, 0.2, 0.56, 0.95}, {0.15, 0.3, 0.62, 0.91}, {0.55, 0.2, 0.9, 0.88}}, FLOAT32);
    var probabilities = tensor(new double[][] {
        {0, 0, 0, 0},                                    // background
        {0.9, 0.8, 0.7, 0.1},                            // dog
        {0.1, 0.2, 0.3, 0.9}}, FLOAT32);                 // cat
    var output = Anchors.multiboxDetection(probabilities.unsqueeze(0), zeros(1, 16), predicted.unsqueeze(0));
    IO.println(output);
    //> tensor([[[ 0.0000,  0.9000,  0.1000,  0.0800,  0.5200,  0.9200],
    //>          [ 1.0000,  0.9000,  0.5500,  0.2000,  0.9000,  0.8800],
    //>          [-1.0000,  0.8000,  0.0800,  0.2000,  0.5600,  0.9500],
    //>          [-1.0000,  0.7000,  0.1500,  0.3000,  0.6200,  0.9100]]])
    Plot.image(image, o -> o.boxes(output.get("0, :2, 2:").mul(scale), "dog=0.9", "cat=0.9")).save("detections.png");
}
