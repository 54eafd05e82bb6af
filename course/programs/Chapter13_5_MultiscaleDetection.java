import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.5, Multiscale Object Detection: small anchors on fine feature maps, large ones on coarse. */
void main() throws IOException {
    var image = CoursePictures.catDog();
    var scale = tensor((double) image.size(2), image.size(1), image.size(2), image.size(1)).to(FLOAT32);
    var plots = new ArrayList<Plot>();
    double[] sizes = {0.15, 0.4, 0.8};
    for (int i = 0; i < 3; i++) {
        int side = 4 >> i;
        var anchors = Anchors.multiboxPrior(zeros(1, 10, side, side), new double[] {sizes[i]}, new double[] {1, 2, 0.5});
        IO.println("%d x %d: %s".formatted(side, side, anchors.shape()));
        plots.add(Plot.image(image, o -> o.boxes(anchors.squeeze(0).mul(scale))));
    }
    //> 4 x 4: [1, 48, 4]
    //> 2 x 2: [1, 12, 4]
    //> 1 x 1: [1, 3, 4]
    Plot.panels(3, plots).save("multiscale.png");
}
