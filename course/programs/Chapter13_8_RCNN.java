import module fathom;
import static fathom.Tensors.*;

/** The course's section 13.8, Region-based CNNs (R-CNNs): pooling of regions of different sizes to one size. */
void main() {
    var x = arange(16, FLOAT32).reshape(1, 1, 4, 4);
    IO.println(x);
    //> tensor([[[[ 0.,  1.,  2.,  3.],
    //>           [ 4.,  5.,  6.,  7.],
    //>           [ 8.,  9., 10., 11.],
    //>           [12., 13., 14., 15.]]]])
    var rois = tensor(new double[][] {{0, 0, 0, 20, 20}, {0, 0, 10, 30, 30}}, FLOAT32);   // on an image of 40 x 40 pixels
    IO.println(RegionPooling.roiPool(x, rois, 2, 2, 0.1));
    //> tensor([[[[ 5.,  6.],
    //>           [ 9., 10.]]],
    //>
    //>
    //>         [[[ 9., 11.],
    //>           [13., 15.]]]])

    // Mask R-CNN does not round to pixels, but interpolates
    IO.println(RegionPooling.roiAlign(x, rois, 2, 2, o -> o.spatialScale(0.1).samplingRatio(2)).shape());   //> [2, 1, 2, 2]
}
