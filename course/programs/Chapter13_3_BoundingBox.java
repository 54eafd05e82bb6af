import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.3, Object Detection and Bounding Boxes: formats of boxes, and boxes drawn on a picture. */
void main() throws IOException {
    var image = CoursePictures.catDog();
    IO.println(image.shape());                           //> [3, 561, 728]

    var boxes = tensor(new double[][] {{60, 45, 378, 516}, {400, 112, 655, 493}}, FLOAT32);   // a dog, a cat
    var centres = Boxes.boxConvert(boxes, BoxFormat.XYXY, BoxFormat.CXCYWH);
    IO.println(centres);
    //> tensor([[219.0000, 280.5000, 318.0000, 471.0000],
    //>         [527.5000, 302.5000, 255.0000, 381.0000]])
    IO.println(Boxes.boxConvert(centres, BoxFormat.CXCYWH, BoxFormat.XYXY).eq(boxes));
    //> tensor([[True, True, True, True],
    //>         [True, True, True, True]])

    Plot.image(image, o -> o.boxes(boxes, "dog", "cat")).save("bounding-boxes.png");
}
