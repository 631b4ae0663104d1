import { AfterViewInit, Component, ElementRef, OnDestroy, ViewChild } from "@angular/core";
// @ts-ignore: plain JavaScript; or set "allowJs" in tsconfig.json
import { showPortal } from "./showPortal";

@Component({
  selector: "billing-portal",
  standalone: true,
  template: "<div #place></div>",
})
export class BillingPortal implements AfterViewInit, OnDestroy {
  @ViewChild("place") place!: ElementRef<HTMLElement>;
  private takeAway = () => {};

  ngAfterViewInit(): void {
    this.takeAway = showPortal(this.place.nativeElement);
  }

  ngOnDestroy(): void {
    this.takeAway();
  }
}
